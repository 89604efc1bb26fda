"""Versions kept by the database, and the keys of requests that must not take effect twice.

Revision ID: 20261125_08
Revises: 20261125_07
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.columns import create_version_keeper, keep_version

revision = "20261125_08"
down_revision = "20261125_07"
branch_labels = None
depends_on = None

VERSIONED = {
    "categories": "slug label parent",
    "brands": "slug label",
    "products": "sku name description category brand price currency stock rating review_count image_url",
    "terminals": "name account_code city country",
    "drivers": "name phone",
    "trucks": "license_plate",
    "trailers": "license_plate",
    "orders": "reference status service priority terminal_id eta_date etd_date eta_driver_id etd_driver_id"
    " truck_id trailer_id customer_name pallets boxes kilos total currency",
}


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    create_version_keeper()
    for table, columns in VERSIONED.items():
        keep_version(table, ["id", "created_at", *columns.split()])
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "route", "key"),
    )
    op.create_index(None, "idempotency_keys", ["created_at"])


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.drop_table("idempotency_keys")
    for table in VERSIONED:
        op.execute(f"DROP TRIGGER keep_version ON {table}")
    op.execute("DROP FUNCTION catalogue_keep_version()")
