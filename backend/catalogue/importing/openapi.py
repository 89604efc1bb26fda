"""What the documentation says of imports."""

from catalogue.edge.multipart import FILE_FIELD
from catalogue.importing.listing import OF_IMPORT, REFUSED_VALUES
from catalogue.importing.mapping import SavedMapping
from catalogue.importing.requests import DATASETS
from catalogue.listing.openapi import Schema, json_response, list_documentation, parameter, reference
from catalogue.writing.openapi import IDEMPOTENCY_KEY

_FLAG: Schema = {"type": "string", "enum": ["true", "false"]}
_MAPPING_EXAMPLE = (
    '{"columns": {"sku": "Article number", "name": "Title", "category": "Group", "price": "Price"},'
    ' "set": {"brand": "IKEA", "currency": "AED"}, "decimal": "comma"}'
)
_JOB = json_response("the import", reference("ImportJob"))

CREATE_IMPORT: Schema = {
    "parameters": [IDEMPOTENCY_KEY],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILE_FIELD],
                    "additionalProperties": False,
                    "properties": {
                        FILE_FIELD: {
                            "type": "string",
                            "format": "binary",
                            "minLength": 1,
                            "description": "CSV or NDJSON, also packed with gzip",
                        },
                        "dataset": {"type": "string", "enum": list(DATASETS), "default": DATASETS[0]},
                        "mapping": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": SavedMapping.model_json_schema(),
                            "description": "how the file's columns become fields, as JSON (docs/importing.md)",
                        },
                        "on_error": {
                            "type": "string",
                            "enum": ["reject_row", "reject_all"],
                            "default": "reject_row",
                        },
                        "dry_run": {**_FLAG, "default": "false"},
                        "create_categories": _FLAG,
                        "create_brands": _FLAG,
                    },
                },
                "example": {
                    FILE_FIELD: "sku,name,category,brand,price,currency\nL-1,Lamp,lighting,acme,9.99,EUR\n",
                    "mapping": _MAPPING_EXAMPLE,
                    "on_error": "reject_row",
                    "dry_run": "false",
                    "create_categories": "true",
                },
            }
        },
    },
    "responses": {"202": _JOB | {"headers": {"Location": {"schema": {"type": "string"}}}}},
}

CANCEL_IMPORT: Schema = {"parameters": [IDEMPOTENCY_KEY], "responses": {"200": _JOB}}
DELETE_IMPORT: Schema = {"responses": {"204": {"description": "deleted"}}}


def _list_errors() -> Schema:
    documented = list_documentation(REFUSED_VALUES)
    formats = parameter(
        "format", {"type": "string", "enum": ["csv", "ndjson"]}, "every refused row, as a file"
    )
    documented["parameters"] = [
        *(found for found in documented["parameters"] if found["name"] != OF_IMPORT),
        formats,
    ]
    content = documented["responses"]["200"]["content"]
    content |= {media: {"schema": {"type": "string"}} for media in ("text/csv", "application/x-ndjson")}
    return documented


LIST_ERRORS = _list_errors()
