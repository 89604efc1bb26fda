"""Orders and their lines.

Revision ID: 20261121_03
Revises: 20261121_02
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.named_types import CreateEnumType, DropEnumType

from migrations.columns import record_columns, sortable_text

revision = "20261121_03"
down_revision = "20261121_02"
branch_labels = None
depends_on = None

STATUS = postgresql.ENUM(
    "draft", "confirmed", "in_transit", "delivered", "cancelled", name="order_status", create_type=False
)
SERVICE = postgresql.ENUM(
    "economy", "standard", "express", "freight", name="order_service", create_type=False
)
PRIORITY = postgresql.ENUM("low", "normal", "high", "urgent", name="order_priority", create_type=False)
ENUMS = (STATUS, SERVICE, PRIORITY)
SEARCH = "to_tsvector('simple', catalogue_fold(reference || ' ' || customer_name))"
ORDER_RULES = {
    "reference": "char_length(reference) BETWEEN 1 AND 64",
    "customer_name": "char_length(customer_name) BETWEEN 1 AND 300",
    "pallets": "pallets >= 0",
    "boxes": "boxes >= 0",
    "kilos": "kilos >= 0",
    "total": "total >= 0",
    "currency": "currency ~ '^[A-Z]{3}$'",
}
OPTIONAL_REFERENCES = {
    "eta_driver_id": "drivers",
    "etd_driver_id": "drivers",
    "truck_id": "trucks",
    "trailer_id": "trailers",
}


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for kind in ENUMS:
        op.execute(CreateEnumType(kind))
    op.create_table(
        "orders",
        *record_columns(),
        sortable_text("reference"),
        sa.Column("status", STATUS, server_default="draft", nullable=False),
        sa.Column("service", SERVICE, nullable=False),
        sa.Column("priority", PRIORITY, server_default="normal", nullable=False),
        sa.Column("terminal_id", sa.BigInteger(), nullable=False),
        sa.Column("eta_date", sa.Date()),
        sa.Column("etd_date", sa.Date()),
        *(sa.Column(name, sa.BigInteger()) for name in OPTIONAL_REFERENCES),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("pallets", sa.Integer(), server_default="0", nullable=False),
        sa.Column("boxes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kilos", sa.Numeric(12, 2), server_default="0", nullable=False),
        sa.Column("total", sa.Numeric(14, 2), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCH, persisted=True), nullable=False),
        *(sa.CheckConstraint(rule, name=name) for name, rule in ORDER_RULES.items()),
        sa.UniqueConstraint("reference"),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminals.id"]),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"]) for name, table in OPTIONAL_REFERENCES.items()),
    )
    for name in ("reference", "created_at", "total", "priority", "kilos"):
        op.create_index(None, "orders", [name, "id"])
    for name in ("status", "service", "priority", "terminal_id", *OPTIONAL_REFERENCES):
        op.create_index(None, "orders", [name, "created_at", "id"])
    eta, etd = (sa.text(f"coalesce({name}, 'infinity'::date)") for name in ("eta_date", "etd_date"))
    op.create_index("ix_orders_eta_date", "orders", [eta, "id"])
    op.create_index("ix_orders_etd_date", "orders", [etd, "id"])
    op.create_index("ix_orders_status_eta_date", "orders", ["status", eta, "id"])
    op.create_index("ix_orders_search", "orders", ["search"], postgresql_using="gin")
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(12, 2), nullable=False),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price"),
        sa.PrimaryKeyConstraint("order_id", "position"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"]),
    )
    op.create_index(None, "order_lines", ["product_id", "order_id"])


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.drop_table("order_lines")
    op.drop_table("orders")
    for kind in ENUMS:
        op.execute(DropEnumType(kind))
