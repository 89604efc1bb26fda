"""Summaries of products and orders: how many rows fall in each cell of their facets, kept by triggers.

Revision ID: 20261121_05
Revises: 20261121_04
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.cells import Summary, create_summary, create_versions, drop_summary, drop_versions

revision = "20261121_05"
down_revision = "20261121_04"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C")
PRICES = "{0.01,5,5.01,10,10.01,25,25.01,50,50.01,100,100.01,250,250.01,500,500.01,1000,1000.01,2500,2500.01,5000,5000.01}"
RATINGS = "{1,2,3,3.5,4,4.5}"


def enum(name: str, *values: str) -> postgresql.ENUM:
    return postgresql.ENUM(*values, name=name, create_type=False)


PRODUCTS = Summary(
    table="products",
    prefix="product",
    dimensions={
        "category": (TEXT, "category"),
        "brand": (TEXT, "brand"),
        "in_stock": (sa.Boolean(), "stock > 0"),
        "rating_step": (sa.Integer(), f"width_bucket(rating, '{RATINGS}'::numeric[])"),
        "price_step": (sa.Integer(), f"width_bucket(price, '{PRICES}'::numeric[])"),
    },
    measures={"stock_sum": (sa.BigInteger(), "stock"), "price_sum": (sa.Numeric(), "price")},
)
ORDERS = Summary(
    table="orders",
    prefix="order",
    dimensions={
        "status": (
            enum("order_status", "draft", "confirmed", "in_transit", "delivered", "cancelled"),
            "status",
        ),
        "service": (enum("order_service", "economy", "standard", "express", "freight"), "service"),
        "priority": (enum("order_priority", "low", "normal", "high", "urgent"), "priority"),
        "terminal": (sa.BigInteger(), "terminal_id"),
    },
    measures={
        "total_sum": (sa.Numeric(), "total"),
        "pallets_sum": (sa.BigInteger(), "pallets"),
        "boxes_sum": (sa.BigInteger(), "boxes"),
        "kilos_sum": (sa.Numeric(), "kilos"),
    },
)


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    create_versions()
    for summary in (PRODUCTS, ORDERS):
        create_summary(summary)


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for summary in (ORDERS, PRODUCTS):
        drop_summary(summary)
    drop_versions()
