"""The statements of a batch: a handful, however many operations there are."""

from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import TEXT

from catalogue.products.schemas import ProductBody
from catalogue.writing.queries import ORIGIN

_TYPES = {
    "sku": "text",
    "name": "text",
    "description": "text",
    "category": "text",
    "brand": "text",
    "price": "numeric",
    "currency": "text",
    "stock": "integer",
    "rating": "numeric",
    "review_count": "integer",
    "image_url": "text",
}
_FIELDS = tuple(ProductBody.model_fields)
_IDS = bindparam("ids", type_=ARRAY(BigInteger))

EXISTING = text(
    f"""
    WITH origin AS MATERIALIZED (SELECT {ORIGIN})
    SELECT found.* FROM origin JOIN LATERAL (
        SELECT id, sku, version FROM products WHERE id = ANY(:ids) OR sku = ANY(:skus)
        ORDER BY id FOR NO KEY UPDATE
    ) AS found ON true"""  # noqa: S608 - constant text
).bindparams(_IDS, bindparam("skus", type_=ARRAY(TEXT(collation="C"))))
"""The products that operations name, locked by rising id."""

SLUGS = text(
    """
    SELECT 'category' AS field, slug FROM categories WHERE slug = ANY(:categories)
    UNION ALL SELECT 'brand', slug FROM brands WHERE slug = ANY(:brands)"""
).bindparams(*(bindparam(name, type_=ARRAY(TEXT())) for name in ("categories", "brands")))

USED = text(
    "SELECT product_id, count(*) AS lines FROM order_lines WHERE product_id = ANY(:ids) GROUP BY product_id"
).bindparams(_IDS)
"""How many order lines keep each product from being deleted."""

INSERT = text(
    f"""
    INSERT INTO products ({", ".join(_FIELDS)})
    SELECT {", ".join(_FIELDS)} FROM json_to_recordset(CAST(:rows AS json))
        AS rows ({", ".join(f"{name} {_TYPES[name]}" for name in _FIELDS)})
    ON CONFLICT (sku) DO NOTHING RETURNING id, sku, version"""  # noqa: S608 - our own names
)
DELETE = text("DELETE FROM products WHERE id = ANY(:ids)").bindparams(_IDS)


@lru_cache(maxsize=500)
def update_statement(names: tuple[str, ...]) -> TextClause:
    """Set those of these columns that a row gives, where anything differs; returns the products that changed."""
    new = {
        name: f"CASE WHEN rows.given ? '{name}' THEN rows.{name} ELSE products.{name} END" for name in names
    }
    declared = ", ".join(f"{name} {_TYPES[name]}" for name in names)
    return text(
        f"""
        UPDATE products SET {", ".join(f"{name} = {value}" for name, value in new.items())}
        FROM json_to_recordset(CAST(:rows AS json)) AS rows (id bigint, given jsonb, {declared})
        WHERE products.id = rows.id
            AND ({", ".join(f"products.{name}" for name in names)}) IS DISTINCT FROM ({", ".join(new.values())})
        RETURNING products.id, products.version"""  # noqa: S608 - our own names
    )
