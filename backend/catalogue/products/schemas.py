"""What clients send of products, categories and brands; shapes of answers that no declaration describes."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StrictStr

from catalogue.listing.openapi import Schema, page_schema, reference
from catalogue.writing.values import PLAIN_TEXT, Amount, Count, Currency, Rating, Slug, WriteBody, text

ImageAddress = Annotated[StrictStr, Field(pattern=r"^(https?://|/)[!-~]+$", max_length=2_000)]


class ProductBody(WriteBody):
    sku: Annotated[StrictStr, text(64)]
    name: Annotated[StrictStr, text(300)]
    description: Annotated[StrictStr, Field(max_length=20_000, pattern=PLAIN_TEXT)] = ""
    category: Slug
    brand: Slug
    price: Amount
    currency: Currency
    stock: Count = 0
    rating: Rating = Decimal(0)
    review_count: Count = 0
    image_url: ImageAddress | None = None


class BrandBody(WriteBody):
    slug: Slug
    label: Annotated[StrictStr, text(300)]


class CategoryBody(BrandBody):
    parent: Slug | None = None


_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_PRICE: Schema = {"type": ["number", "null"], "description": "null when nothing matches"}
_COUNTED: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["value", "label", "count"],
        "properties": {"value": _TEXT, "label": _TEXT, "count": _COUNT},
    },
}
_BRAND: Schema = {
    "type": "object",
    "required": ["slug", "label", "count"],
    "properties": {"slug": _TEXT, "label": _TEXT, "count": _COUNT},
}

SCHEMAS: dict[str, Schema] = {
    "ProductStats": {
        "type": "object",
        "required": ["count", "price", "stock", "out_of_stock", "categories", "brands"],
        "properties": {
            "count": _COUNT,
            "price": {
                "type": "object",
                "required": ["min", "max", "avg", "median"],
                "properties": {
                    **dict.fromkeys(("min", "max", "avg", "median"), _PRICE),
                    "median_is": {
                        "type": "string",
                        "enum": ["estimate"],
                        "description": "only where the median is near the true one: in large lists, until their index is there",
                    },
                },
            },
            "stock": _COUNT,
            "out_of_stock": _COUNT,
            "categories": _COUNTED,
            "brands": _COUNTED,
        },
    },
    "Brand": _BRAND,
    "BrandPage": page_schema(reference("Brand"), max_items=None),
    "Category": {
        **_BRAND,
        "required": ["slug", "label", "parent", "count"],
        "properties": {**_BRAND["properties"], "parent": {"type": ["string", "null"]}},
    },
    "CategoryPage": page_schema(reference("Category"), max_items=None),
    "Suggestions": {
        "type": "object",
        "required": ["q", "completions", "products"],
        "properties": {
            "q": _TEXT,
            "corrected_q": {**_TEXT, "description": "only where `q` is misspelt: what was completed instead"},
            "completions": {"type": "array", "items": _TEXT, "maxItems": 10},
            "products": {"type": "array", "items": reference("ProductItem"), "maxItems": 10},
        },
    },
}
