"""The SQL around a list: counting it, estimating it, and making its index."""

from functools import lru_cache

from sqlalchemy import Integer, func, literal_column, select

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import MAX_SHAPES, conditions, key_columns, matching_shape, sort_of
from catalogue.listing.declaration import Collection
from catalogue.listing.keyset import branches_after, order_by
from catalogue.listing.list_index import STRIDE
from catalogue.listing.list_request import FilterShape, ListRequest, SortShape


def count_statement(request: ListRequest) -> Statement:
    """One row, one column: how many rows match."""
    return _count_statement(request.collection, matching_shape(request))


def probe_statement(request: ListRequest) -> Statement:
    """A statement whose plan tells how many rows PostgreSQL expects to match."""
    return _probe_statement(request.collection, matching_shape(request))


def anchors_statement(request: ListRequest) -> Statement:
    """The sort keys of rows 0, STRIDE, 2·STRIDE …, in order."""
    return _anchors_statement(request.collection, matching_shape(request), request.sort_shape)


def rest_statement(request: ListRequest) -> Statement:
    """One row, one column: how many rows there are from the row with keys `key_0` … on, itself included."""
    return _rest_statement(request.collection, matching_shape(request), request.sort_shape)


@lru_cache
def epoch_statement(collection: Collection) -> Statement:
    """One row, one column: the epoch of the collection's table. It must have one."""
    if collection.epoch is None:
        raise ValueError(f"{collection.name} has no epoch")
    return compile_statement(select(collection.epoch))


@lru_cache(maxsize=MAX_SHAPES)
def _count_statement(collection: Collection, shape: FilterShape) -> Statement:
    counted = select(func.count()).select_from(collection.model).where(*conditions(collection, shape))
    return compile_statement(counted)


@lru_cache(maxsize=MAX_SHAPES)
def _probe_statement(collection: Collection, shape: FilterShape) -> Statement:
    matching = select(literal_column("1", Integer)).select_from(collection.model)
    statement = compile_statement(matching.where(*conditions(collection, shape)))
    return Statement(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.names, statement.constants)


@lru_cache(maxsize=MAX_SHAPES)
def _anchors_statement(collection: Collection, shape: FilterShape, sorted_by: SortShape) -> Statement:
    sort = sort_of(collection, sorted_by)
    in_order = order_by(sort, reverse=False)
    number = func.row_number().over(order_by=in_order).label("number")
    rows = select(*key_columns(sort), number).where(*conditions(collection, shape)).subquery("numbered")
    keys = [rows.c[f"key_{index}"] for index in range(len(sort))]
    return compile_statement(select(*keys).where(rows.c.number % STRIDE == 1).order_by(rows.c.number))


@lru_cache(maxsize=MAX_SHAPES)
def _rest_statement(collection: Collection, shape: FilterShape, sorted_by: SortShape) -> Statement:
    sort = sort_of(collection, sorted_by)
    where = conditions(collection, shape)
    counts = [
        select(func.count()).select_from(collection.model).where(*where, branch).scalar_subquery()
        for branch in branches_after(sort, reverse=False, inclusive=True)
    ]
    return compile_statement(select(sum(counts[1:], counts[0])))
