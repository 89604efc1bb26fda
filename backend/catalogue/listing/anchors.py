"""The SQL that makes a list index: the keys of every `STRIDE`th row, and how many rows there are after the last of them.

Where an index has just this order, it is sought again for each next key, a stride further on, which takes a third of the time of
numbering the rows. Everywhere else each of these searches might go through all rows, so they are numbered in one pass.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Index, Integer, Select, Table, func, literal_column, select, true, tuple_

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import MAX_SHAPES, conditions, key_columns, matching_shape, sort_of
from catalogue.listing.declaration import Collection
from catalogue.listing.keyset import branches_after, order_by
from catalogue.listing.list_index import STRIDE
from catalogue.listing.list_request import FilterShape, ListRequest, SortKeys, SortShape


def anchors_statement(request: ListRequest) -> Statement:
    """The sort keys of rows 0, STRIDE, 2·STRIDE … of an upward list, in order."""
    return _anchors_statement(request.collection, matching_shape(request), request.sort_shape)


def rest_statement(request: ListRequest) -> Statement:
    """One row, one column: how many rows there are from the row with keys `key_0` … on, itself included."""
    return _rest_statement(request.collection, matching_shape(request), request.sort_shape)


@lru_cache(maxsize=MAX_SHAPES)
def _anchors_statement(collection: Collection, shape: FilterShape, sorted_by: SortShape) -> Statement:
    sort = sort_of(collection, sorted_by)
    make = _sought if has_index(collection, shape, sort) else _numbered
    return compile_statement(make(collection, shape, sort))


@lru_cache(maxsize=MAX_SHAPES)
def _rest_statement(collection: Collection, shape: FilterShape, sorted_by: SortShape) -> Statement:
    sort = sort_of(collection, sorted_by)
    where = conditions(collection, shape)
    counts = [
        select(func.count()).select_from(collection.model).where(*where, branch).scalar_subquery()
        for branch in branches_after(sort, reverse=False, inclusive=True)
    ]
    return compile_statement(select(sum(counts[1:], counts[0])))


def has_index(collection: Collection, shape: FilterShape, sort: SortKeys) -> bool:
    """Whether the table has an index of the columns that the filters want to be equal, followed by the sort, upwards."""
    equal = {collection.tags.get(name) for name, several in shape if not several}
    if None in equal or len(equal) < len(shape) or any(descending for _, descending in sort):
        return False
    keys = [getattr(declared.expression, "name", None) for declared, _ in sort]
    table = collection.model.__table__
    if not isinstance(table, Table):
        return False
    orders = [_plain_columns(index) for index in table.indexes] + [
        [column.name for column in table.primary_key]
    ]
    return any(order[len(equal) :] == keys and set(order[: len(equal)]) == equal for order in orders)


def _plain_columns(index: Index) -> list[str]:
    """Nothing for an index of something else than columns, or of some rows only."""
    columns = [part.name for part in index.expressions if isinstance(part, Column)]
    is_partial = index.dialect_options["postgresql"]["where"] is not None
    return [] if is_partial or len(columns) < len(index.expressions) else columns


def _sought(collection: Collection, shape: FilterShape, sort: SortKeys) -> Select[Any]:
    where, in_order = conditions(collection, shape), order_by(sort, reverse=False)
    keys = key_columns(sort)
    one, stride = literal_column("1", Integer), literal_column(str(STRIDE - 1), Integer)
    first = select(*keys).where(*where).order_by(*in_order).limit(one).subquery("first")
    found = select(first).cte("found", recursive=True)
    is_after = tuple_(*(declared.expression for declared, _ in sort)) > tuple_(*found.c)
    following = select(*keys).where(*where, is_after).order_by(*in_order).offset(stride).limit(one)
    beyond = following.lateral("beyond")
    every = found.union_all(select(*beyond.c).select_from(found.join(beyond, true())))
    return select(*every.c).order_by(*every.c)


def _numbered(collection: Collection, shape: FilterShape, sort: SortKeys) -> Select[Any]:
    number = func.row_number().over(order_by=order_by(sort, reverse=False)).label("number")
    rows = select(*key_columns(sort), number).where(*conditions(collection, shape)).subquery("numbered")
    keys = [rows.c[f"key_{index}"] for index in range(len(sort))]
    return select(*keys).where(rows.c.number % STRIDE == 1).order_by(rows.c.number)
