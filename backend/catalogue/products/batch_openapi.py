"""OpenAPI of `POST /products/batch`."""

from typing import Any

from catalogue.listing.openapi import Schema, reference
from catalogue.products.batch_schemas import MAX_OPERATIONS, MODELS, BatchBody
from catalogue.writing.openapi import IDEMPOTENCY_KEY, body_schemas, json_request, record_response

_EXAMPLE = {
    "on_error": "reject_row",
    "operations": [
        {"op": "update", "sku": "CAM-2041", "price": 239.95, "version": 3},
        {
            "op": "upsert",
            "sku": "CAM-2042",
            "name": "Pocket camera 24 MP",
            "category": "cameras",
            "brand": "acme",
            "price": 279,
            "currency": "EUR",
        },
        {"op": "delete", "id": 17},
    ],
}
_NAMES = {kind: f"{kind.capitalize()}Operation" for kind in MODELS}
_OPERATION: Schema = {
    "oneOf": [reference(name) for name in _NAMES.values()],
    "discriminator": {
        "propertyName": "op",
        "mapping": {kind: f"#/components/schemas/{name}" for kind, name in _NAMES.items()},
    },
}
_RESULT: Schema = {
    "type": "object",
    "required": ["op", "status"],
    "properties": {
        "op": {"type": ["string", "null"], "enum": [*MODELS, None]},
        "status": {
            "type": "integer",
            "description": "as the single call would answer; 424: another one failed",
        },
        "id": {"type": "integer", "format": "int64"},
        "sku": {"type": "string"},
        "version": {"type": "integer"},
        "problem": {**reference("Problem")},
    },
}


def _envelope() -> Schema:
    schema = body_schemas("BatchBody", BatchBody)["BatchBody"]
    schema["properties"]["operations"] |= {"items": _OPERATION, "maxItems": MAX_OPERATIONS}
    return schema


BATCH_SCHEMAS: dict[str, Schema] = {
    "BatchBody": _envelope(),
    **{
        name: part
        for kind, model in MODELS.items()
        for name, part in body_schemas(_NAMES[kind], model, defaults=kind == "create").items()
    },
    "BatchResult": _RESULT,
    "BatchResults": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": reference("BatchResult")}},
    },
}
for _kind, _name in _NAMES.items():
    if _kind in {"update", "delete"}:
        BATCH_SCHEMAS[_name] |= {
            "required": ["op"],
            "anyOf": [{"required": ["id"]}, {"required": ["sku"]}],
        }
BATCH_DOCUMENTATION: dict[str, Any] = {
    "parameters": [IDEMPOTENCY_KEY],
    "requestBody": json_request(reference("BatchBody"), _EXAMPLE),
    "responses": {
        "200": record_response("one result an operation, in order", "BatchResults", "Idempotency-Replayed")
    },
}
