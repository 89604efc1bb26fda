"""The SQL of a list page. Every shape is built and compiled once and then kept.

Three shapes exist: from the start, after a position (keyset), and at an offset. The offset walks the index
only and fetches the page's rows afterwards, so that its cost is that of keys, not of rows.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql import Subquery

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.declaration import Collection, Condition, Parameter
from catalogue.listing.keyset import branches_after, order_by
from catalogue.listing.request import ListRequest, SortKeys

MAX_SHAPES = 2_000
FilterShape = tuple[tuple[str, bool], ...]


def page_statement(request: ListRequest, *, after: bool, reverse: bool) -> Statement:
    """Rows of `item` (JSON text) and the sort keys `key_0` …; one row more than the page holds."""
    return _page_statement(
        request.collection,
        filter_shape(request),
        tuple((sort.name, descending) for sort, descending in request.sort),
        request.fields,
        request.limit + 1,
        _placement(request, after=after),
        reverse,
    )


def count_statement(request: ListRequest) -> Statement:
    """One row, one column: how many rows match."""
    return _count_statement(request.collection, filter_shape(request))


def probe_statement(request: ListRequest) -> Statement:
    """A statement whose plan tells how many rows PostgreSQL expects to match."""
    return _probe_statement(request.collection, filter_shape(request))


def export_statement(request: ListRequest, *, as_json: bool) -> Statement:
    """Every matching row in order: one JSON text each, or the fields as columns."""
    rows = (
        select(*(request.collection.column(name).label(name) for name in request.fields))
        .where(*conditions(request.collection, filter_shape(request)))
        .order_by(*order_by(request.sort, reverse=False))
    )
    if not as_json:
        return compile_statement(rows)
    item = literal_column("row_to_json(item)::text", Text)
    return compile_statement(select(item).select_from(rows.subquery("item")))


def conditions(collection: Collection, shape: FilterShape) -> list[Condition]:
    """The WHERE clause of the filters that are present."""
    found = []
    for name, several in shape:
        declared = collection.filter_by_name[name]
        found.append(declared.condition(Parameter(name, declared.value, several)))
    return found


def filter_shape(request: ListRequest) -> FilterShape:
    """Which filters are present, and which of them with several values."""
    return tuple((name, len(found) > 1) for name, found in request.filters.items())


def _placement(request: ListRequest, *, after: bool) -> str:
    if after:
        return "after"
    return "offset" if request.offset else "start"


@lru_cache(maxsize=MAX_SHAPES)
def _page_statement(  # noqa: PLR0913, PLR0917 - the arguments are the key of the cache
    collection: Collection,
    shape: FilterShape,
    sort_names: tuple[tuple[str, bool], ...],
    fields: tuple[str, ...],
    limit: int,
    placement: str,
    reverse: bool,  # noqa: FBT001 - as above
) -> Statement:
    size: ColumnElement[int] = literal_column(str(limit))
    sort: SortKeys = tuple((collection.sort_by_name[name], down) for name, down in sort_names)
    where = conditions(collection, shape)
    columns = [collection.column(name).label(name) for name in fields]
    order = order_by(sort, reverse=reverse)
    rows: Select[Any]
    if placement == "after":
        branches = branches_after(sort, reverse=reverse)
        if len(branches) == 1:
            rows = select(*columns, *_keys(sort)).where(*where, branches[0]).order_by(*order).limit(size)
        else:
            parts = [
                select(*_keys(sort)).where(*where, branch).order_by(*order).limit(size).subquery()
                for branch in branches
            ]
            found = union_all(*(select(part) for part in parts)).subquery("found")
            rows = _fetched(collection, columns, found, sort, reverse=reverse).limit(size)
    elif placement == "offset":
        skipped = select(*_keys(sort)).where(*where).order_by(*order).limit(size)
        found = skipped.offset(bindparam("offset", type_=BigInteger)).subquery("found")
        rows = _fetched(collection, columns, found, sort, reverse=reverse)
    else:
        rows = select(*columns, *_keys(sort)).where(*where).order_by(*order).limit(size)
    return compile_statement(_as_json(rows.subquery("page"), fields, sort, reverse=reverse))


def _keys(sort: SortKeys) -> list[Any]:
    return [declared.expression.label(f"key_{index}") for index, (declared, _) in enumerate(sort)]


def _key_order(source: Subquery, sort: SortKeys, *, reverse: bool) -> list[Any]:
    return [
        source.c[f"key_{index}"].desc() if descending != reverse else source.c[f"key_{index}"].asc()
        for index, (_, descending) in enumerate(sort)
    ]


def _fetched(
    collection: Collection, columns: list[Any], found: Subquery, sort: SortKeys, *, reverse: bool
) -> Select[Any]:
    """The rows that belong to keys found in an index; the last key is the id."""
    identity = found.c[f"key_{len(sort) - 1}"]
    return (
        select(*columns, *(found.c[f"key_{index}"] for index in range(len(sort))))
        .join_from(found, collection.model, collection.column("id") == identity)
        .order_by(*_key_order(found, sort, reverse=reverse))
    )


def _as_json(page: Subquery, fields: tuple[str, ...], sort: SortKeys, *, reverse: bool) -> Select[Any]:
    listed = ", ".join(f"page.{name}" for name in fields)
    listed_item = f"(SELECT row_to_json(item) FROM (SELECT {listed}) AS item)::text"  # noqa: S608 - declared names
    item = literal_column(listed_item, Text)
    keys = [page.c[f"key_{index}"] for index in range(len(sort))]
    return select(item.label("item"), *keys).order_by(*_key_order(page, sort, reverse=reverse))


@lru_cache(maxsize=MAX_SHAPES)
def _count_statement(collection: Collection, shape: FilterShape) -> Statement:
    counted = select(func.count()).select_from(collection.model).where(*conditions(collection, shape))
    return compile_statement(counted)


@lru_cache(maxsize=MAX_SHAPES)
def _probe_statement(collection: Collection, shape: FilterShape) -> Statement:
    matching = select(literal_column("1", Integer)).select_from(collection.model)
    statement = compile_statement(matching.where(*conditions(collection, shape)))
    return Statement(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.names, statement.constants)
