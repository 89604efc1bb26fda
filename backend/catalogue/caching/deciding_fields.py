"""Which fields of a row decide whether and where it stands in a list. A change of others shows in that row alone.

Of a field that is only compared (`price >= 10`, `stock > 0`, a facet's ranges) only changes across a border count, and of a
number that the rows are ordered by those that reach the page; of any other field every change does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BinaryExpression, BindParameter, Column
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.operators import ge, gt, le, lt
from sqlalchemy.sql.visitors import ExternallyTraversible

from catalogue.changes.change import LOGGED_FIELDS, NUMBERS, ROWS_CAME_OR_WENT, field_tag, untold_tag
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
        marks: The tags of updates that count, whatever they changed from or to.
    """

    fields: frozenset[str] | None
    borders: tuple[tuple[str, tuple[float, ...]], ...] = ()
    ordered_by: str | None = None
    marks: tuple[str, ...] = ()


EVERYTHING = Deciding(None)


def deciding(
    collection: Collection,
    *,
    filters: Mapping[str, Iterable[Any]],
    sorts: Iterable[str] = (),
    facets: Iterable[Facet] = (),
) -> Deciding:
    """What these filters with their values, these sorts and facets look at, as far as the change log tells of it."""
    known = _deciding(collection, tuple(filters), tuple(sorts), tuple(facets))
    if not known.asked:
        return known.always
    borders = {name: set(values) for name, values in known.always.borders}
    for name, declared in known.asked:
        borders.setdefault(name, set()).update(map(float, filters[declared]))
    return replace(known.always, borders=_ordered(borders))


def deciding_field(field: str) -> Deciding:
    """A field of which every change counts."""
    return Deciding(frozenset({field}), marks=_marks({field}))


class _Look(NamedTuple):
    """Fields as they are, and numbers that are only compared; None stands for the value that comes with a request."""

    fields: frozenset[str]
    compared: frozenset[tuple[str, float | None]] = frozenset()


class _Known(NamedTuple):
    """`asked` are the numbers that are compared with the value of a filter."""

    always: Deciding
    asked: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1_000)
def _deciding(
    collection: Collection, filters: tuple[str, ...], sorts: tuple[str, ...], facets: tuple[Facet, ...]
) -> _Known:
    """The same for all values: most requests differ in these alone."""
    numbers = NUMBERS.get(collection.name, frozenset())
    first, further = _order(collection, sorts)
    looks = {name: _of_filter(collection, name) for name in filters}
    others = [*further, *(_of_facet(facet) for facet in facets)]
    compared = {pair for look in (*looks.values(), *others) for pair in look.compared}
    fields = {name for look in (*looks.values(), *others) for name in look.fields}
    fields.update(name for name, _ in compared if name not in numbers)
    borders: dict[str, set[float]] = {}
    for name, value in compared:
        if name not in fields and value is not None:
            borders.setdefault(name, set()).add(value)
    asked = tuple(
        (name, declared)
        for declared, look in looks.items()
        for name, value in look.compared
        if value is None and name not in fields
    )
    ordered_by = None if first in fields else first
    in_order = {ordered_by} if ordered_by else set()
    by_moves = {*borders, *(name for name, _ in asked), *in_order}
    if not fields | by_moves <= LOGGED_FIELDS.get(collection.name, frozenset()) | _NEVER_CHANGED:
        return _Known(EVERYTHING)
    fields -= _NEVER_CHANGED
    return _Known(Deciding(frozenset(fields), _ordered(borders), ordered_by, _marks(fields, by_moves)), asked)


def _marks(fields: Iterable[str], by_moves: Iterable[str] = ()) -> tuple[str, ...]:
    """A number that counts by its moves does so too where an update does not tell them."""
    return (ROWS_CAME_OR_WENT, *map(field_tag, sorted(fields)), *map(untold_tag, sorted(by_moves)))


def _ordered(borders: Mapping[str, set[float]]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple((name, tuple(sorted(values))) for name, values in sorted(borders.items()))


def _order(collection: Collection, sorts: Sequence[str]) -> tuple[str | None, list[_Look]]:
    """The number that comes first, where it is one, and what else decides the order."""
    if not sorts:
        return None, []
    expression = collection.sort_by_name[sorts[0]].expression
    numbers = NUMBERS.get(collection.name, frozenset())
    is_number = isinstance(expression, Column) and expression.name in numbers
    further = sorts[1:] if is_number else sorts
    return expression.name if is_number else None, [_of_sort(collection, name) for name in further]


def _of_filter(collection: Collection, name: str) -> _Look:
    """What a filter prepares is compared with something else than what the request holds."""
    declared = collection.filter_by_name[name]
    look = _look(declared.condition(Parameter(declared.name, declared.value, several=False)))
    if declared.prepare is None:
        return look
    return _Look(look.fields | {name for name, _ in look.compared})


def _of_sort(collection: Collection, name: str) -> _Look:
    """With those of the sort that takes its place where most rows match."""
    declared = collection.sort_by_name[name]
    fields = _look(declared.expression).fields
    if declared.common is not None:
        fields |= _look(collection.sort_by_name[declared.common.removeprefix("-")].expression).fields
    return _Look(fields)


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
