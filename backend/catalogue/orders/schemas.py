"""Shapes of order answers that no declaration describes."""

from catalogue.listing.openapi import Schema, column_schema, page_schema, reference
from catalogue.orders.listing import ORDERS
from catalogue.orders.models import DocumentType, TextsStatus

_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "integer", "format": "int64"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_SUM: Schema = {"type": "number", "minimum": 0}
_COUNTED: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["value", "count"],
        "properties": {"value": _TEXT, "count": _COUNT},
    },
}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _optional(schema: str) -> Schema:
    return {"anyOf": [reference(schema), {"type": "null"}]}


_AMOUNT: Schema = {"type": ["number", "null"]}

_TEXTS_STATUS: Schema = {"type": "string", "enum": [status.value for status in TextsStatus]}
_TEXTS_ERROR: Schema = {
    "type": ["string", "null"],
    "description": "why the text could not be taken: encrypted, broken, too_large, timed_out, no_ocr",
}


def _texts_page() -> Schema:
    page = page_schema(reference("DocumentText"), max_items=None)
    page["required"] += ["texts_status", "texts_error"]
    page["properties"] |= {"texts_status": _TEXTS_STATUS, "texts_error": _TEXTS_ERROR}
    return page


SCHEMAS: dict[str, Schema] = {
    "OrderLine": _object(
        {
            "position": {"type": "integer", "minimum": 1},
            "product_id": _ID,
            "sku": _TEXT,
            "name": _TEXT,
            "quantity": {"type": "integer", "minimum": 1},
            "unit_price": _SUM,
        }
    ),
    "OrderDocument": _object(
        {
            "id": _ID,
            "order_id": _ID,
            "type": {"type": "string", "enum": [kind.value for kind in DocumentType]},
            "file_name": _TEXT,
            "content_type": _TEXT,
            "size_bytes": {"type": "integer", "minimum": 1},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "texts_status": _TEXTS_STATUS,
            "texts_error": _TEXTS_ERROR,
            "created_at": _INSTANT,
            "version": {"type": "integer"},
        }
    ),
    "OrderDocumentPage": page_schema(reference("OrderDocument"), max_items=None),
    "DocumentText": _object({"page": {"type": "integer", "minimum": 1}, "content": _TEXT}),
    "DocumentTextPage": _texts_page(),
    "OrderDetail": _object(
        {
            **{name: column_schema(ORDERS, name) for name in ORDERS.fields},
            "lines": {"type": "array", "items": reference("OrderLine")},
            "terminal": reference("Terminal"),
            "eta_driver": _optional("Driver"),
            "etd_driver": _optional("Driver"),
            "truck": _optional("Truck"),
            "trailer": _optional("Trailer"),
            "documents": {"type": "array", "items": reference("OrderDocument")},
        }
    ),
    "OrderStats": _object(
        {
            "count": _COUNT,
            "total": _object({"sum": _SUM, "min": _AMOUNT, "max": _AMOUNT, "avg": _AMOUNT}),
            "pallets": _COUNT,
            "boxes": _COUNT,
            "kilos": _SUM,
            "status": _COUNTED,
            "service": _COUNTED,
            "priority": _COUNTED,
        }
    ),
}
