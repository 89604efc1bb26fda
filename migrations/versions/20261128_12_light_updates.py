"""Updates of products are logged at less cost; what is logged stays as it is.

Revision ID: 20261128_12
Revises: 20261127_11
"""

from migrations.changes import Feed, relog_updates
from migrations.changes_bodies import LIGHT_UPDATE

revision = "20261128_12"
down_revision = "20261127_11"
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
    "created_at",
)
TAGS = {"category": ("category",), "brand": ("brand",), "sku": ("sku",)}


PRODUCTS = Feed("products", COLUMNS, tags=TAGS)


def upgrade() -> None:
    relog_updates(PRODUCTS, body=LIGHT_UPDATE)


def downgrade() -> None:
    relog_updates(PRODUCTS)
