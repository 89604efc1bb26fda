"""Terminals, drivers, trucks and trailers.

Revision ID: 20261121_02
Revises: 20261121_01
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import record_columns, sortable_text

revision = "20261121_02"
down_revision = "20261121_01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.create_table(
        "terminals",
        *record_columns(),
        *(sortable_text(name) for name in ("name", "account_code", "city", "country")),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        sa.UniqueConstraint("account_code"),
    )
    op.create_table(
        "drivers", *record_columns(), sortable_text("name"), sa.Column("phone", sa.Text(), nullable=False)
    )
    for table in ("terminals", "drivers"):
        op.create_index(None, table, ["name", "id"])
    for table in ("trucks", "trailers"):
        op.create_table(
            table, *record_columns(), sortable_text("license_plate"), sa.UniqueConstraint("license_plate")
        )


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for table in ("trailers", "trucks", "drivers", "terminals"):
        op.drop_table(table)
