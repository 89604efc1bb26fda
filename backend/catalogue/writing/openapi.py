"""OpenAPI of writes: bodies, headers and answers, from the declarations."""

from typing import Any

from pydantic import BaseModel

from catalogue.listing.openapi import Schema, column_schema, json_response, reference
from catalogue.writing.declaration import Resource
from catalogue.writing.idempotency import MAX_LENGTH

_ETAG = '"7"'
_HEADERS: dict[str, Schema] = {
    "ETag": {"schema": {"type": "string"}, "description": "the record's version, quoted", "example": _ETAG},
    "Consistency-Token": {
        "schema": {"type": "string"},
        "description": "sent back with a read, that read sees this write",
    },
    "Location": {"schema": {"type": "string"}, "description": "address of what was made"},
    "Idempotency-Replayed": {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "this is the answer to an earlier request with the same key",
    },
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "repeating the request with the same key gives the first answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "ETag of the version to change; another version is 412",
    "schema": {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$', "example": _ETAG},
}
IDENTITY: Schema = {
    "name": "identity",
    "in": "path",
    "required": True,
    "description": "id",
    "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1},
}
_SLUG: Schema = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "slug",
    "schema": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100},
}


def resource_documentation(resource: Resource, verb: str) -> dict[str, Any]:
    """What a route passes to FastAPI as `openapi_extra`; `verb` is create, replace, change or delete."""
    key = _SLUG if resource.key == "slug" else IDENTITY
    title = resource.title
    match verb:
        case "create":
            return {
                "parameters": [IDEMPOTENCY_KEY],
                "requestBody": json_request(reference(f"{title}Body"), resource.example),
                "responses": {
                    "201": record_response("made", title, "ETag", "Location", "Idempotency-Replayed")
                },
            }
        case "replace":
            request = json_request(reference(f"{title}Body"), resource.example)
        case "change":
            one = dict(list(resource.example.items())[1:2])
            request = json_request(reference(f"{title}Changes"), one, patch=True)
        case _:
            return {"parameters": [key, IF_MATCH], "responses": {"204": gone_response()}}
    return {
        "parameters": [key, IF_MATCH],
        "requestBody": request,
        "responses": {"200": record_response("the record as it is now", title, "ETag")},
    }


def json_request(schema: Schema, example: object, *, patch: bool = False) -> Schema:
    """A required JSON body; a patch may also call itself a merge patch (RFC 7396)."""
    media = {"schema": schema, "example": example}
    types = ["application/json", *(["application/merge-patch+json"] if patch else [])]
    return {"required": True, "content": dict.fromkeys(types, media)}


def record_response(description: str, schema: str, *headers: str) -> Schema:
    return {
        **json_response(description, reference(schema)),
        "headers": response_headers(*headers),
    }


def gone_response() -> Schema:
    return {"description": "gone", "headers": response_headers()}


def response_headers(*names: str) -> dict[str, Schema]:
    """The named headers, and the one that every write answers with."""
    return {name: _HEADERS[name] for name in ("Consistency-Token", *names)}


def write_schemas(resource: Resource) -> dict[str, Schema]:
    """The record and the bodies of a resource, by the names their references have."""
    properties = {name: column_schema(resource, name) for name in resource.fields}
    return {
        resource.title: {"type": "object", "required": list(properties), "properties": properties},
        **body_schemas(f"{resource.title}Body", resource.body),
        **body_schemas(f"{resource.title}Changes", resource.changes, defaults=False),
    }


def body_schemas(name: str, model: type[BaseModel], *, defaults: bool = True) -> dict[str, Schema]:
    """The schema of a pydantic model, and those it refers to."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    for field in schema["properties"].values():
        field.pop("title", None)
        if not defaults:
            field.pop("default", None)
        elif field.get("type") == "number" and "default" in field:
            field["default"] = float(field["default"])
    return {name: {**schema, "title": name}, **parts}
