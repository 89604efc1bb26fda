"""The SQL around a list: counting it, and estimating it."""

from functools import lru_cache

from sqlalchemy import Integer, func, literal_column, select

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import MAX_SHAPES, conditions, matching_shape
from catalogue.listing.declaration import Collection
from catalogue.listing.list_request import FilterShape, ListRequest


def count_statement(request: ListRequest) -> Statement:
    """One row, one column: how many rows match."""
    return _count_statement(request.collection, matching_shape(request))


def probe_statement(request: ListRequest) -> Statement:
    """A statement whose plan tells how many rows PostgreSQL expects to match."""
    return _probe_statement(request.collection, matching_shape(request))


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
