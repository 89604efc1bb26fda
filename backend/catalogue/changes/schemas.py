"""Shapes of the answers about changes that no declaration describes."""

from catalogue.changes.change import DATASETS, Operation
from catalogue.changes.request import LAST_EVENT_ID
from catalogue.listing.openapi import Schema, page_schema, parameter, reference
from catalogue.listing.values import MAX_BIGINT

_ID: Schema = {"type": "integer", "format": "int64"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_NAME: Schema = {"type": ["string", "null"]}
_VALUES: Schema = {"type": ["object", "null"], "description": "by field; null where none are kept"}
_IDS: Schema = {"type": ["array", "null"], "items": _ID, "description": "null: anything may have changed"}
_OPERATION: Schema = {"type": "string", "enum": [member.value for member in Operation]}
_DATASET: Schema = {"type": "string", "enum": list(DATASETS)}
_POSITION: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_BIGINT}
_CHANGE: Schema = {
    "id": {**_ID, "description": "position in the log"},
    "operation": _OPERATION,
    "actor": _NAME,
    "request_id": _NAME,
    "transaction": _ID,
    "changed_at": _INSTANT,
}

SCHEMAS: dict[str, Schema] = {
    "LoggedChangeItem": {
        "type": "object",
        "required": ["id"],
        "properties": {
            **_CHANGE,
            "dataset": _DATASET,
            "ids": _IDS,
            "field_values": {
                "type": ["array", "null"],
                "description": "old and new values of each changed record; null past a hundred rows",
                "items": {"type": "object", "required": ["id"], "properties": {"id": _ID}},
            },
        },
    },
    "LoggedChangePage": page_schema(reference("LoggedChangeItem")),
    "ProductHistoryPage": page_schema(
        {
            "type": "object",
            "required": [*_CHANGE, "old", "new"],
            "properties": {**_CHANGE, "old": _VALUES, "new": _VALUES},
        }
    ),
}

STREAM_DOCUMENTATION: Schema = {
    "parameters": [
        parameter("dataset", _DATASET, "one dataset, whose list filters then apply as well; all without it"),
        parameter("since", _POSITION, "the last position that was seen; without it: from now on"),
        {
            "name": LAST_EVENT_ID,
            "in": "header",
            "schema": _POSITION,
            "description": "what a client that reconnects sends; goes before `since`",
        },
    ],
    "responses": {
        "200": {
            "description": "events with `id`, the position, and `data`: position, dataset, operation, ids, changed_at",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
}
