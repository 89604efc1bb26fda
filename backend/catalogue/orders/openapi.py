"""OpenAPI of the writes of orders."""

from typing import Any

from catalogue.listing.openapi import Schema, reference
from catalogue.orders.schemas import ORDER_EXAMPLE, OrderBody, OrderChanges
from catalogue.writing.openapi import (
    IDEMPOTENCY_KEY,
    IDENTITY,
    IF_MATCH,
    body_schemas,
    gone_response,
    json_request,
    record_response,
)

BODIES: dict[str, Schema] = {
    **body_schemas("OrderBody", OrderBody),
    **body_schemas("OrderChanges", OrderChanges, defaults=False),
}


def order_documentation(verb: str) -> dict[str, Any]:
    """What a route passes to FastAPI as `openapi_extra`; `verb` is create, change or delete."""
    if verb == "create":
        made = record_response("made", "OrderDetail", "ETag", "Location", "Idempotency-Replayed")
        return {
            "parameters": [IDEMPOTENCY_KEY],
            "requestBody": json_request(reference("OrderBody"), ORDER_EXAMPLE),
            "responses": {"201": made},
        }
    if verb == "delete":
        return {"parameters": [IDENTITY, IF_MATCH], "responses": {"204": gone_response()}}
    return {
        "parameters": [IDENTITY, IF_MATCH],
        "requestBody": json_request(reference("OrderChanges"), {"status": "confirmed"}, patch=True),
        "responses": {"200": record_response("the order as it is now", "OrderDetail", "ETag")},
    }
