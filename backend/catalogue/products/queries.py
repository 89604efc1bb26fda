"""What products are asked beyond a list page: statistics, the values of category and brand, completions."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    null,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import conditions
from catalogue.listing.list_request import FilterShape
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import Brand, Category, Product

_ONE: ColumnElement[int] = literal_column("1")
_STATS = """json_build_object(
    'count', count(*),
    'price', json_build_object(
        'min', min(price),
        'max', max(price),
        'avg', round(avg(price), 2),
        'median', round((percentile_cont(0.5) WITHIN GROUP (ORDER BY price))::numeric, 2)
    ),
    'stock', coalesce(sum(stock), 0),
    'out_of_stock', count(*) FILTER (WHERE stock = 0),
    'categories', ({categories}),
    'brands', ({brands})
)::text"""
_COUNTS = """
    SELECT coalesce(json_agg(json_build_object('value', slug, 'label', label, 'count', count)
        ORDER BY count DESC, slug), '[]')
    FROM (SELECT {column} AS slug, count(*) AS count FROM matching GROUP BY 1) AS counted
    JOIN {table} USING (slug)"""


LOCK_TREE = text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue category tree', 0))")
PARENT = text("SELECT parent FROM categories WHERE slug = :slug")
ANCESTRY = text(
    """
    WITH RECURSIVE above AS (
        SELECT slug, parent FROM categories WHERE slug = :parent
        UNION SELECT categories.slug, categories.parent FROM categories JOIN above ON categories.slug = above.parent
    )
    SELECT EXISTS (SELECT FROM above WHERE slug = :slug)"""
)
"""Whether the category `slug` is `parent`, or stands above it."""


@lru_cache(maxsize=200)
def stats_statement(shape: FilterShape) -> Statement:
    """One JSON text: counts, prices and stock of the products that match."""
    matching = (
        select(Product.category, Product.brand, Product.price, Product.stock)
        .where(*conditions(PRODUCTS, shape))
        .cte("matching")
    )
    body = _STATS.format(
        categories=_COUNTS.format(column="category", table="categories"),
        brands=_COUNTS.format(column="brand", table="brands"),
    )
    return compile_statement(select(literal_column(body, Text)).select_from(matching))


@lru_cache(maxsize=200)
def prices_statement(shape: FilterShape) -> Statement:
    """One row: the lowest and the highest price, and the lowest and highest of those in the middle.

    The middle is `middle_take` prices after the first `middle_skip` from the row with `middle_price` and `middle_id` on.
    Each part is a walk along an index by price.
    """
    prices = select(Product.price).where(*conditions(PRODUCTS, shape))
    start = tuple_(bindparam("middle_price", type_=Numeric()), bindparam("middle_id", type_=BigInteger()))
    skip, take = (bindparam(name, type_=BigInteger()) for name in ("middle_skip", "middle_take"))
    middle = prices.where(tuple_(Product.price, Product.id) >= start)
    walked = middle.order_by(Product.price, Product.id).offset(skip).limit(take).subquery("middle")
    return compile_statement(
        select(
            prices.order_by(Product.price).limit(_ONE).scalar_subquery().label("lowest"),
            prices.order_by(Product.price.desc()).limit(_ONE).scalar_subquery().label("highest"),
            func.min(walked.c.price).label("middle_low"),
            func.max(walked.c.price).label("middle_high"),
        )
    )


@lru_cache(maxsize=2)
def names_statement(field: str) -> Statement:
    """Every category, or every brand: slug, label and (null for brands) parent."""
    parent = Category.parent if field == "category" else null().label("parent")
    model = Category if field == "category" else Brand
    return compile_statement(select(model.slug, model.label, parent).order_by(_slug(model)))


@lru_cache(maxsize=2)
def values_statement(field: str) -> Statement:
    """Every category, or every brand, as one JSON text: slug, label, number of products (and parent)."""
    model, column = (Category, Product.category) if field == "category" else (Brand, Product.brand)
    parent: list[Any] = [Category.parent] if model is Category else []
    counted = select(column.label("slug"), func.count().label("count")).group_by(column).subquery()
    values: Select[Any] = (
        select(model.slug, model.label, *parent, func.coalesce(counted.c.count, 0).label("count"))
        .join_from(model, counted, counted.c.slug == _slug(model), isouter=True)
        .order_by(_slug(model))
    )
    listed = literal_column("coalesce(json_agg(row_to_json(listed)), '[]')::text", Text)
    return compile_statement(select(listed, func.count()).select_from(values.subquery("listed")))


def _slug(model: type[Category] | type[Brand]) -> InstrumentedAttribute[str]:
    return model.slug
