"""What clients send of orders, and shapes of answers that no declaration describes."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StrictStr

from catalogue.listing.openapi import Schema, column_schema, page_schema, reference
from catalogue.orders.listing import ORDERS
from catalogue.orders.models import DocumentType, OrderPriority, OrderService, OrderStatus, TextsStatus
from catalogue.writing.values import Amount, Count, Day, Quantity, Reference, WriteBody, all_optional, text

MAX_LINES = 500
_NAME_OF_A_CHOICE = Field(strict=False)


class OrderLineBody(WriteBody):
    product_id: Reference
    quantity: Quantity


class OrderBody(WriteBody):
    reference: Annotated[StrictStr, text(64)] | None = None
    service: Annotated[OrderService, _NAME_OF_A_CHOICE]
    priority: Annotated[OrderPriority, _NAME_OF_A_CHOICE] = OrderPriority.NORMAL
    terminal_id: Reference
    eta_date: Day | None = None
    etd_date: Day | None = None
    eta_driver_id: Reference | None = None
    etd_driver_id: Reference | None = None
    truck_id: Reference | None = None
    trailer_id: Reference | None = None
    customer_name: Annotated[StrictStr, text(300)]
    pallets: Count = 0
    boxes: Count = 0
    kilos: Amount = Decimal(0)
    lines: Annotated[list[OrderLineBody], Field(min_length=1, max_length=MAX_LINES)]


OrderChanges = all_optional(
    "OrderChanges",
    OrderBody,
    reference=Annotated[StrictStr, text(64)],
    status=Annotated[OrderStatus, _NAME_OF_A_CHOICE],
)
SERVER_OWNED = frozenset(ORDERS.fields) - frozenset(OrderChanges.model_fields)
ORDER_EXAMPLE = {
    "service": "express",
    "terminal_id": 1,
    "customer_name": "Ada Visser",
    "eta_date": "2026-12-02",
    "lines": [{"product_id": 1, "quantity": 2}],
}

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
