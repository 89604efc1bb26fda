"""What the documentation says of documents."""

from catalogue.edge.multipart import FILE_FIELD
from catalogue.listing.openapi import Schema, json_response, parameter, reference
from catalogue.orders.models import DocumentType
from catalogue.writing.openapi import IDEMPOTENCY_KEY, IF_MATCH

_KINDS = [kind.value for kind in DocumentType]
_TAG = {"ETag": {"schema": {"type": "string"}}}

ADD_DOCUMENT: Schema = {
    "parameters": [IDEMPOTENCY_KEY],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILE_FIELD, "type"],
                    "additionalProperties": False,
                    "properties": {
                        FILE_FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "pdf, png, jpg, tiff, webp or txt; at most 10 MB",
                        },
                        "type": {"type": "string", "enum": _KINDS},
                    },
                },
                "example": {FILE_FIELD: "packing-list.txt", "type": "packing_list"},
            }
        },
    },
    "responses": {
        "201": json_response("the document", reference("OrderDocument"))
        | {"headers": {**_TAG, "Location": {"schema": {"type": "string"}}}}
    },
}

DELETE_DOCUMENT: Schema = {
    "parameters": [IF_MATCH],
    "responses": {"204": {"description": "deleted"}},
}

READ_CONTENT: Schema = {
    "parameters": [
        parameter("Range", {"type": "string"}, "a part of the file: `bytes=0-1023`") | {"in": "header"},
    ],
    "responses": {
        "200": {"description": "the file", "headers": _TAG, "content": {"*/*": {}}},
        "206": {"description": "the part that was asked for", "headers": _TAG, "content": {"*/*": {}}},
        "304": {"description": "it has not changed"},
    },
}
