"""Categories (a tree), brands and products.

A product names its category and brand by slug, so that a list, a filter or a cache tag needs no join
(docs/decisions/0002-slugs-as-keys.md). `search` is kept by PostgreSQL itself.
"""

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base, Record, SortableText
from catalogue.listing.cells import AMOUNT, STEP, cell_tables
from catalogue.listing.declaration import MADE_OF

SEARCH_EXPRESSION = (
    "setweight(to_tsvector('simple', catalogue_fold(name || ' ' || replace(brand || ' ' || category, '-', ' '))),"
    " 'A') || setweight(to_tsvector('simple', catalogue_fold(description)), 'D')"
)


class Category(Record, Base):
    __tablename__ = "categories"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100", name="slug"),
        CheckConstraint("parent <> slug", name="parent"),
    )

    slug: Mapped[str] = mapped_column(SortableText, unique=True)
    label: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(
        SortableText, ForeignKey("categories.slug", onupdate="CASCADE"), index=True
    )


class Brand(Record, Base):
    __tablename__ = "brands"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100", name="slug"),
    )

    slug: Mapped[str] = mapped_column(SortableText, unique=True)
    label: Mapped[str] = mapped_column(Text)


class Product(Record, Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("char_length(sku) BETWEEN 1 AND 64", name="sku"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 300", name="name"),
        CheckConstraint("char_length(description) <= 20000", name="description"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("stock >= 0", name="stock"),
        CheckConstraint("rating BETWEEN 0 AND 5", name="rating"),
        CheckConstraint("review_count >= 0", name="review_count"),
        *(
            Index(None, *prefix, *sort, "id")
            for prefix, sorts in (
                ((), ("name", "price", "stock", "rating", "review_count", "created_at", "updated_at")),
                (
                    ("category",),
                    ("name", "price", "stock", "rating", "review_count", "created_at", "updated_at", None),
                ),
                (("brand",), ("price", "rating", "created_at", None)),
            )
            for sort in ((name,) if name else () for name in sorts)
        ),
        Index("ix_products_rating_desc_price", text("rating DESC"), "price", "id"),
        Index("ix_products_search", "search", postgresql_using="gin"),
    )

    sku: Mapped[str] = mapped_column(SortableText, unique=True)
    name: Mapped[str] = mapped_column(SortableText)
    description: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str] = mapped_column(SortableText, ForeignKey("categories.slug", onupdate="CASCADE"))
    brand: Mapped[str] = mapped_column(SortableText, ForeignKey("brands.slug", onupdate="CASCADE"))
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(Text)
    stock: Mapped[int] = mapped_column(Integer, server_default="0")
    rating: Mapped[Decimal] = mapped_column(Numeric(3, 2), server_default="0")
    review_count: Mapped[int] = mapped_column(Integer, server_default="0")
    image_url: Mapped[str | None] = mapped_column(Text)
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(SEARCH_EXPRESSION, persisted=True),
        deferred=True,
        info={MADE_OF: ("name", "brand", "category", "description")},
    )


PRODUCT_CELLS = cell_tables(
    "products",
    "product",
    dimensions=[
        ("category", SortableText),
        ("brand", SortableText),
        ("in_stock", Boolean()),
        ("rating_step", STEP),
        ("price_step", STEP),
    ],
    measures=[("stock", BigInteger()), ("price", AMOUNT)],
)
"""How many products there are of each category, brand, availability, rating and price range."""
