"""OpenAPI from declarations: parameters of a list, and the shapes of its items and pages."""

from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import BigInteger, Date, DateTime, Enum
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from catalogue.listing.declaration import Collection, Filter
from catalogue.listing.facets import Facet, RangeFacet
from catalogue.listing.request import COUNTS, DEFAULT_LIMIT, MAX_LIMIT, MAX_REPEATS, MAX_SORTS
from catalogue.listing.values import MAX_BIGINT

Schema = dict[str, Any]


class HasColumns(Protocol):
    """Whatever is declared over a table."""

    def column(self, name: str) -> InstrumentedAttribute[Any]: ...


_JSON_TYPES: dict[type, str] = {Decimal: "number", float: "number", bool: "boolean", int: "integer"}


def list_documentation(collection: Collection) -> dict[str, Any]:
    """What a list route passes to FastAPI as `openapi_extra`."""
    return {
        "parameters": [*_common_parameters(collection), *filter_parameters(collection)],
        "responses": {"200": json_response("one page", reference(f"{_title(collection)}Page"))},
    }


def filter_parameters(collection: Collection) -> list[Schema]:
    return [_filter_parameter(declared) for declared in collection.filters]


def record_documentation(schema: str) -> dict[str, Any]:
    """What a detail route passes to FastAPI as `openapi_extra`."""
    return {"responses": {"200": json_response("the record", reference(schema))}}


def export_documentation(collection: Collection) -> dict[str, Any]:
    """What an export route passes to FastAPI as `openapi_extra`."""
    formats = {"type": "string", "enum": ["csv", "ndjson"]}
    return {
        "parameters": [
            parameter("format", formats, "kind of file", required=True),
            *_order_and_fields(collection),
            *filter_parameters(collection),
        ],
        "responses": {
            "200": {
                "description": "every matching row",
                "content": {
                    media: {"schema": {"type": "string"}} for media in ("text/csv", "application/x-ndjson")
                },
            }
        },
    }


def component_schemas(collection: Collection) -> dict[str, Schema]:
    """The shapes of an item, a whole record and a page."""
    title = _title(collection)
    properties = {name: column_schema(collection, name) for name in collection.all_fields}
    return {
        f"{title}Item": {
            "type": "object",
            "description": "an item of a list; with `fields` only what was asked for",
            "required": ["id"],
            "properties": properties,
        },
        title: {"type": "object", "required": list(properties), "properties": properties},
        f"{title}Page": _page_with_facets(collection),
    }


def page_schema(item: Schema, *, max_items: int | None = MAX_LIMIT) -> Schema:
    """The envelope of a list; `max_items` is None where the whole list is always given."""
    cursor = {"type": ["string", "null"]}
    bound = {} if max_items is None else {"maxItems": max_items}
    return {
        "type": "object",
        "required": ["items", "total", "total_is", "offset", "next", "prev"],
        "properties": {
            "items": {"type": "array", "items": item, **bound},
            "total": {"type": ["integer", "null"], "description": "null with count=none"},
            "total_is": {"type": "string", "enum": ["exact", "estimate"]},
            "offset": {"type": ["integer", "null"], "description": "row number of the first item, if known"},
            "offset_is": {
                "type": "string",
                "enum": ["estimate"],
                "description": "only where the items are near the row number that was asked for, not at it",
            },
            "next": cursor,
            "prev": cursor,
        },
    }


def _page_with_facets(collection: Collection) -> Schema:
    page = page_schema(reference(f"{_title(collection)}Item"))
    if collection.searched is not None:
        page["properties"]["corrected_q"] = {
            "type": "string",
            "description": "only where `q` has misspelt words: what was looked for instead",
        }
    if collection.facets:
        page["properties"] |= {
            "facets": {
                "type": "object",
                "description": "those that were asked for",
                "properties": {declared.name: _facet_schema(declared) for declared in collection.facets},
            },
            "facets_are": {"type": "string", "enum": ["exact", "estimate"]},
        }
    return page


def _facet_schema(declared: Facet) -> Schema:
    count = {"type": "integer", "minimum": 0}
    if isinstance(declared, RangeFacet):
        properties: Schema = {
            "from": {"type": "number"},
            "to": {"type": ["number", "null"], "description": "exclusive; null: no end"},
            "count": count,
        }
    else:
        properties = {
            "value": _type_schema(declared.expression.type),
            "label": {"type": "string"},
            "count": count,
            "selected": {"type": "boolean"},
        }
    return {
        "type": "array",
        "items": {"type": "object", "required": list(properties), "properties": properties},
    }


def column_schema(declared: HasColumns, name: str) -> Schema:
    """The JSON schema of one column's values."""
    column = declared.column(name).property.columns[0]
    schema = _type_schema(column.type)
    if column.nullable:
        kind = schema.pop("type")
        return {**schema, "type": [kind, "null"]}
    return schema


def reference(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


def json_response(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def parameter(name: str, schema: Schema, description: str, **more: object) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description, **more}


def _title(collection: Collection) -> str:
    return collection.model.__name__


def _common_parameters(collection: Collection) -> list[Schema]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return [
        parameter("limit", limit, "rows on a page"),
        parameter("cursor", {"type": "string"}, "`next` or `prev` of another page; needs the same filters"),
        parameter(
            "offset", {"type": "integer", "minimum": 0, "maximum": MAX_BIGINT}, "row number, counted from 0"
        ),
        parameter("page", {"type": "integer", "minimum": 1, "maximum": MAX_BIGINT}, "(page - 1) · limit"),
        parameter("count", {"type": "string", "enum": list(COUNTS), "default": "auto"}, "how to count"),
        *_order_and_fields(collection),
        *_facets_parameter(collection),
    ]


def _facets_parameter(collection: Collection) -> list[Schema]:
    if not collection.facets:
        return []
    names = {"type": "string", "enum": [declared.name for declared in collection.facets]}
    schema = {"type": "array", "minItems": 1, "items": names}
    text = "comma list: count these facets, each without its own filter"
    return [parameter("facets", schema, text, style="form", explode=False)]


def _order_and_fields(collection: Collection) -> list[Schema]:
    sorts = [f"{sign}{declared.name}" for declared in collection.sorts for sign in ("", "-")]
    names: Schema = {"type": "array", "minItems": 1}
    listed: Schema = {"style": "form", "explode": False}
    return [
        parameter(
            "sort",
            {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_SORTS,
                "items": {"type": "string", "enum": sorts},
            },
            f"comma list of fields, `-` for descending; default `{collection.default_sort}`",
            **listed,
        ),
        parameter(
            "fields",
            {**names, "items": {"type": "string", "enum": list(collection.all_fields)}},
            "comma list: only these fields and `id`",
            **listed,
        ),
    ]


def _filter_parameter(declared: Filter) -> Schema:
    if not declared.repeatable:
        return parameter(declared.name, declared.value.schema, declared.description)
    schema = {"type": "array", "minItems": 1, "maxItems": MAX_REPEATS, "items": declared.value.schema}
    return parameter(
        declared.name, schema, declared.description, style="form", explode=not declared.comma_list
    )


def _type_schema(kind: TypeEngine[Any]) -> Schema:
    if isinstance(kind, Enum):
        return {"type": "string", "enum": list(kind.enums)}
    if isinstance(kind, DateTime):
        return {"type": "string", "format": "date-time"}
    if isinstance(kind, Date):
        return {"type": "string", "format": "date"}
    if isinstance(kind, BigInteger):
        return {"type": "integer", "format": "int64"}
    return {"type": _JSON_TYPES.get(kind.python_type, "string")}
