"""Which fields of a row decide whether and where it stands in a list. A change of others shows in that row alone.

Of a field that is only compared (`price >= 10`, `stock > 0`, a facet's ranges) only changes across a border count, and of a
number that the rows are ordered by those that reach the page; of any other field every change does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, SupportsFloat

from sqlalchemy import BinaryExpression, BindParameter, Column
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.operators import ge, gt, le, lt
from sqlalchemy.sql.visitors import ExternallyTraversible

from catalogue.changes.change import LOGGED_FIELDS, NUMBERS
from catalogue.listing.declaration import MADE_OF, Collection, Parameter
from catalogue.listing.facets import Facet, RangeFacet

_NEVER_CHANGED = frozenset({"id"})
"""A change of an id is logged as one that may have changed anything."""

_COMPARISONS = frozenset({ge, gt, le, lt})


@dataclass(frozen=True, slots=True)
class Deciding:
    """What of a row decides.

    Attributes:
        fields: Those of which every change counts; None: it cannot be told, so every field may decide.
        borders: The values, in rising order, that the other deciding numbers are compared with.
        ordered_by: The number that comes first in the order, where only that makes it decide.
    """

    fields: frozenset[str] | None
    borders: tuple[tuple[str, tuple[float, ...]], ...] = ()
    ordered_by: str | None = None

    @property
    def numbers(self) -> frozenset[str]:
        """The fields of which a change counts that crosses a border or reaches the page."""
        compared = {name for name, _ in self.borders}
        return frozenset(compared if self.ordered_by is None else {*compared, self.ordered_by})


EVERYTHING = Deciding(None)


def deciding(
    collection: Collection,
    *,
    filters: Mapping[str, Iterable[Any]],
    sorts: Sequence[str] = (),
    facets: Iterable[Facet] = (),
) -> Deciding:
    """What these filters with their values, these sorts and facets look at, as far as the change log tells of it."""
    logged = LOGGED_FIELDS.get(collection.name)
    if logged is None:
        return EVERYTHING
    first, further = _order(collection, sorts)
    looks = [
        *(_filled(_of_filter(collection, name), values) for name, values in filters.items()),
        *(_of_facet(facet) for facet in facets),
        *further,
    ]
    seen = {first} if first else set()
    seen.update(name for look in looks for name in (*look.fields, *(field for field, _ in look.compared)))
    if not seen <= logged | _NEVER_CHANGED:
        return EVERYTHING
    numbers = NUMBERS.get(collection.name, frozenset())
    fields = {name for look in looks for name in look.fields}
    fields.update(
        name for look in looks for name, value in look.compared if value is None or name not in numbers
    )
    borders: dict[str, set[float]] = {}
    for look in looks:
        for name, value in look.compared:
            if name not in fields and value is not None:
                borders.setdefault(name, set()).add(value)
    ordered = tuple((name, tuple(sorted(values))) for name, values in sorted(borders.items()))
    return Deciding(frozenset(fields - _NEVER_CHANGED), ordered, None if first in fields else first)


class _Look(NamedTuple):
    """Fields as they are, and fields that are only compared; with None, the value comes with the request."""

    fields: frozenset[str]
    compared: frozenset[tuple[str, float | None]] = frozenset()


def _order(collection: Collection, sorts: Sequence[str]) -> tuple[str | None, list[_Look]]:
    """The number that comes first, where it is one, and what else decides the order."""
    if not sorts:
        return None, []
    expression = collection.sort_by_name[sorts[0]].expression
    numbers = NUMBERS.get(collection.name, frozenset())
    is_number = isinstance(expression, Column) and expression.name in numbers
    further = sorts[1:] if is_number else sorts
    return expression.name if is_number else None, [_of_sort(collection, name) for name in further]


def _filled(look: _Look, values: Iterable[Any]) -> _Look:
    """With the values that the request compares with."""
    given = tuple(values)
    compared = {
        (name, float(value)) if known is None and isinstance(value, SupportsFloat) else (name, known)
        for name, known in look.compared
        for value in (given if known is None and given else (known,))
    }
    return _Look(look.fields, frozenset(compared))


@lru_cache(maxsize=1_000)
def _of_filter(collection: Collection, name: str) -> _Look:
    """What a filter prepares is compared with something else than what the request holds."""
    declared = collection.filter_by_name[name]
    look = _look(declared.condition(Parameter(declared.name, declared.value, several=False)))
    if declared.prepare is None:
        return look
    return _Look(look.fields | {name for name, _ in look.compared})


@lru_cache(maxsize=1_000)
def _of_sort(collection: Collection, name: str) -> _Look:
    """With those of the sort that takes its place where most rows match."""
    declared = collection.sort_by_name[name]
    fields = _look(declared.expression).fields
    if declared.common is not None:
        fields |= _look(collection.sort_by_name[declared.common.removeprefix("-")].expression).fields
    return _Look(fields)


@lru_cache(maxsize=1_000)
def _of_facet(facet: Facet) -> _Look:
    if isinstance(facet, RangeFacet) and isinstance(facet.column, Column):
        return _Look(frozenset(), frozenset((facet.column.name, float(bound)) for bound in facet.bounds))
    value = facet.row_value()
    return _look(value.expression if isinstance(value, InstrumentedAttribute) else value)


def _look(expression: ExternallyTraversible) -> _Look:
    if isinstance(expression, Column):
        return _Look(frozenset(expression.info.get(MADE_OF, (expression.name,))))
    if isinstance(expression, BinaryExpression) and expression.operator in _COMPARISONS:
        column, other = expression.left, expression.right
        if isinstance(column, Column) and isinstance(other, BindParameter) and MADE_OF not in column.info:
            return _Look(frozenset(), frozenset({(column.name, _known(other))}))
    looks = [_look(child) for child in expression.get_children()]
    return _Look(
        frozenset(name for look in looks for name in look.fields),
        frozenset(compared for look in looks for compared in look.compared),
    )


def _known(parameter: BindParameter[Any]) -> float | None:
    return None if parameter.value is None else float(parameter.value)
