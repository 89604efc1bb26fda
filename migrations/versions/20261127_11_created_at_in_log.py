"""Updates of products say whether they changed `created_at`, so that lists sorted by it outlive those that did not.

Revision ID: 20261127_11
Revises: 20261125_10
"""

from migrations.changes import Feed, relog_updates

revision = "20261127_11"
down_revision = "20261125_10"
branch_labels = None
depends_on = None

COLUMNS = (
    "sku",
    "name",
    "description",
    "category",
    "brand",
    "price",
    "currency",
    "stock",
    "rating",
    "review_count",
    "image_url",
    "version",
)
TAGS = {"category": ("category",), "brand": ("brand",), "sku": ("sku",)}


def upgrade() -> None:
    relog_updates(Feed("products", (*COLUMNS, "created_at"), tags=TAGS))


def downgrade() -> None:
    relog_updates(Feed("products", COLUMNS, tags=TAGS))
