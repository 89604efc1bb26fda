"""The SQL of an export: a JSON text a row, or columns that a spreadsheet may open."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, DateTime, Enum, Text, case, func, literal_column, select
from sqlalchemy.types import String

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import MAX_SHAPES, conditions, sort_of
from catalogue.listing.declaration import Collection
from catalogue.listing.keyset import order_by
from catalogue.listing.list_request import FilterShape, ListRequest, SortShape

_FORMULA_STARTS = "=+-@\t\r"


def export_statement(request: ListRequest, *, as_json: bool) -> Statement:
    """Every matching row in order: one JSON text each, or the fields as columns."""
    return _export_statement(
        request.collection, request.filter_shape, request.sort_shape, request.fields, as_json
    )


@lru_cache(maxsize=MAX_SHAPES)
def _export_statement(
    collection: Collection,
    shape: FilterShape,
    sorted_by: SortShape,
    fields: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - part of the cache's key
) -> Statement:
    columns = [_column(collection, name, as_json=as_json).label(name) for name in fields]
    rows = (
        select(*columns)
        .where(*conditions(collection, shape))
        .order_by(*order_by(sort_of(collection, sorted_by), reverse=False))
    )
    if not as_json:
        return compile_statement(rows)
    item = literal_column("row_to_json(item)::text", Text)
    return compile_statement(select(item).select_from(rows.subquery("item")))


def _column(collection: Collection, name: str, *, as_json: bool) -> ColumnElement[Any]:
    column: ColumnElement[Any] = collection.column(name).expression
    if as_json:
        return column
    if isinstance(column.type, DateTime):
        return _rfc3339(column)
    if isinstance(column.type, Boolean):
        return column.cast(Text)
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return _never_a_formula(column) if is_text else column


def _rfc3339(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """As JSON has it: connections are in UTC, whose offset PostgreSQL writes as `+00`."""
    text: ColumnElement[str] = func.replace(column.cast(Text), literal_column("' '"), literal_column("'T'"))
    return text.concat(literal_column("':00'"))


def _never_a_formula(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    starts: list[ColumnElement[int]] = [literal_column(str(ord(start))) for start in _FORMULA_STARTS]
    risky = func.ascii(column).in_(starts)
    return case((risky, literal_column("''''").concat(column)), else_=column)
