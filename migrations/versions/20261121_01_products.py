"""Categories, brands and products.

Revision ID: 20261121_01
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.columns import record_columns, sortable_text

revision = "20261121_01"
down_revision = None
branch_labels = None
depends_on = None

SLUG = "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100"
SEARCH = (
    "setweight(to_tsvector('simple', catalogue_fold(name || ' ' || replace(brand || ' ' || category, '-', ' '))),"
    " 'A') || setweight(to_tsvector('simple', catalogue_fold(description)), 'D')"
)
PRODUCT_RULES = {
    "sku": "char_length(sku) BETWEEN 1 AND 64",
    "name": "char_length(name) BETWEEN 1 AND 300",
    "description": "char_length(description) <= 20000",
    "price": "price >= 0",
    "currency": "currency ~ '^[A-Z]{3}$'",
    "stock": "stock >= 0",
    "rating": "rating BETWEEN 0 AND 5",
    "review_count": "review_count >= 0",
}
SORTS = ("name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
PRODUCT_INDEXES = (
    *([name, "id"] for name in SORTS),
    ["category", "id"],
    *(["category", name, "id"] for name in SORTS),
    ["brand", "id"],
    *(["brand", name, "id"] for name in ("price", "rating", "created_at")),
)


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.execute(
        "CREATE FUNCTION catalogue_fold(value text) RETURNS text LANGUAGE sql"
        " IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE"
        " WHEN octet_length(value) = char_length(value) THEN value"
        " ELSE regexp_replace(normalize(value, NFKD), '[\\u0300-\\u036f]', '', 'g') END $$"
    )
    op.create_table(
        "categories",
        *record_columns(),
        sortable_text("slug"),
        sa.Column("label", sa.Text(), nullable=False),
        sortable_text("parent", nullable=True),
        sa.CheckConstraint(SLUG, name="slug"),
        sa.CheckConstraint("parent <> slug", name="parent"),
        sa.UniqueConstraint("slug"),
        sa.ForeignKeyConstraint(["parent"], ["categories.slug"], onupdate="CASCADE"),
    )
    op.create_index(None, "categories", ["parent"])
    op.create_table(
        "brands",
        *record_columns(),
        sortable_text("slug"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.CheckConstraint(SLUG, name="slug"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "products",
        *record_columns(),
        sortable_text("sku"),
        sortable_text("name"),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sortable_text("category"),
        sortable_text("brand"),
        sa.Column("price", sa.Numeric(12, 2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("stock", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating", sa.Numeric(3, 2), server_default="0", nullable=False),
        sa.Column("review_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("image_url", sa.Text()),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCH, persisted=True), nullable=False),
        *(sa.CheckConstraint(rule, name=name) for name, rule in PRODUCT_RULES.items()),
        sa.UniqueConstraint("sku"),
        sa.ForeignKeyConstraint(["category"], ["categories.slug"], onupdate="CASCADE"),
        sa.ForeignKeyConstraint(["brand"], ["brands.slug"], onupdate="CASCADE"),
    )
    for columns in PRODUCT_INDEXES:
        op.create_index(None, "products", columns)
    op.create_index("ix_products_rating_desc_price", "products", [sa.text("rating DESC"), "price", "id"])
    op.create_index("ix_products_search", "products", ["search"], postgresql_using="gin")


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for table in ("products", "brands", "categories"):
        op.drop_table(table)
    op.execute("DROP FUNCTION catalogue_fold(text)")
