"""Shapes of product answers that no declaration describes."""

from catalogue.listing.openapi import Schema, page_schema, reference

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
                "properties": dict.fromkeys(("min", "max", "avg", "median"), _PRICE),
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
