"""Which fields of a row decide whether and where it stands in a list. A change of others shows in that row alone."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement
from sqlalchemy.sql.visitors import iterate

from catalogue.changes.change import LOGGED_FIELDS
from catalogue.listing.declaration import MADE_OF, Collection, Parameter

_NEVER_CHANGED = frozenset({"id"})
"""A change of an id is logged as one that may have changed anything."""

Fields = frozenset[str] | None
"""None: it cannot be told, so every field may decide."""


def deciding_fields(collection: Collection, *, filters: Iterable[str], sorts: Iterable[str]) -> Fields:
    """The fields that these filters and sorts look at, as far as the change log tells of them."""
    logged = LOGGED_FIELDS.get(collection.name)
    if logged is None:
        return None
    fields = frozenset[str]()
    for found in (
        *(_of_filter(collection, name) for name in filters),
        *(_of_sort(collection, name) for name in sorts),
    ):
        if not found <= logged | _NEVER_CHANGED:
            return None
        fields |= found
    return fields - _NEVER_CHANGED


@lru_cache(maxsize=1_000)
def _of_filter(collection: Collection, name: str) -> frozenset[str]:
    declared = collection.filter_by_name[name]
    return _columns(declared.condition(Parameter(declared.name, declared.value, several=False)))


@lru_cache(maxsize=1_000)
def _of_sort(collection: Collection, name: str) -> frozenset[str]:
    """With those of the sort that takes its place where most rows match."""
    declared = collection.sort_by_name[name]
    fields = _columns(declared.expression)
    if declared.common is not None:
        fields |= _columns(collection.sort_by_name[declared.common.removeprefix("-")].expression)
    return fields


def _columns(expression: ColumnElement[Any]) -> frozenset[str]:
    columns = (part for part in iterate(expression) if isinstance(part, Column))
    return frozenset(name for part in columns for name in part.info.get(MADE_OF, (part.name,)))
