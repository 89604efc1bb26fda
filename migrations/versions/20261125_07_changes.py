"""The change log: one entry for each statement that changes the catalogue or the orders, numbered at commit.

Revision ID: 20261125_07
Revises: 20261121_05
"""

from alembic import op

from migrations.changes import Feed, create_feed, create_log, drop_feed, drop_log

revision = "20261125_07"
down_revision = "20261121_05"
branch_labels = None
depends_on = None

ORDER_TAGS = {
    "status": ("status",),
    "service": ("service",),
    "priority": ("priority",),
    "terminal_id": ("terminal_id",),
    "driver_id": ("eta_driver_id", "etd_driver_id"),
    "truck_id": ("truck_id",),
    "trailer_id": ("trailer_id",),
}
FEEDS = (
    Feed("categories", ("slug", "label", "parent", "version"), tags={"slug": ("slug",)}),
    Feed("brands", ("slug", "label", "version"), tags={"slug": ("slug",)}),
    Feed(
        "products",
        (
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
        ),
        tags={"category": ("category",), "brand": ("brand",), "sku": ("sku",)},
    ),
    Feed("terminals", ("name", "account_code", "city", "country", "version")),
    Feed("drivers", ("name", "phone", "version")),
    Feed("trucks", ("license_plate", "version")),
    Feed("trailers", ("license_plate", "version")),
    Feed(
        "orders",
        (
            "reference",
            "status",
            "service",
            "priority",
            "terminal_id",
            "eta_date",
            "etd_date",
            "eta_driver_id",
            "etd_driver_id",
            "truck_id",
            "trailer_id",
            "customer_name",
            "pallets",
            "boxes",
            "kilos",
            "total",
            "currency",
            "version",
        ),
        tags=ORDER_TAGS,
    ),
    Feed(
        "order_lines",
        ("position", "product_id", "sku", "name", "quantity", "unit_price"),
        tags=ORDER_TAGS,
        dataset="orders",
        key=("order_id", "position"),
    ),
    Feed(
        "order_documents",
        ("id", "type", "file_name", "content_type", "size_bytes", "version"),
        tags=ORDER_TAGS,
        dataset="orders",
        key=("id", "order_id"),
    ),
    Feed(
        "document_texts",
        ("document_id", "page"),
        tags=ORDER_TAGS,
        dataset="orders",
        owner_key="document_id",
        record="(SELECT document.order_id FROM order_documents AS document WHERE document.id = part.document_id)",
    ),
)


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    create_log()
    for feed in FEEDS:
        create_feed(feed)


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for feed in reversed(FEEDS):
        drop_feed(feed)
    drop_log()
