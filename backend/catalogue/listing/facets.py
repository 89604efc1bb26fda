"""Facets, declared: the values or ranges that the rows of a list fall into, and the filters that choose among them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Integer, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Filters = Mapping[str, tuple[object, ...]]
FacetValue = dict[str, object]
CENT = Decimal("0.01")


class NotOnAnEdgeError(Exception):
    """A filter divides a range of its facet, so that counts by range cannot tell which rows it lets through."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueFacet:
    """A facet with a count for each value of `expression`, which is never null.

    `choices` are all its values in their order, with labels; without them the most frequent value comes first and
    labels are looked up by `labels`, a pair of columns (value, label), or else made from the value.
    """

    name: str
    expression: Column
    filter_name: str
    choices: Mapping[Any, str] | None = None
    labels: tuple[InstrumentedAttribute[Any], InstrumentedAttribute[str]] | None = None

    @property
    def dimension(self) -> str:
        """Its column in the summary of the table."""
        return self.name

    @property
    def filter_names(self) -> tuple[str, ...]:
        return (self.filter_name,)

    def row_value(self) -> Column:
        """The value that a row has in the dimension."""
        return self.expression

    def allowed(self, filters: Filters) -> Sequence[object] | None:
        """The dimension's values that the facet's own filter lets through; None for all of them."""
        return filters.get(self.filter_name)

    def shown(
        self, counts: Mapping[object, int], filters: Filters, label: Callable[[object], str | None]
    ) -> list[FacetValue]:
        """What an answer holds: every value that some rows have, or that the request chose."""
        selected = filters.get(self.filter_name, ())
        values: Sequence[object]
        if self.choices is not None:
            values = [value for value in self.choices if counts.get(value) or value in selected]
        else:
            missing = [value for value in selected if value not in counts]
            values = [*sorted(counts, key=lambda value: (-counts[value], str(value))), *missing]
        return [
            {
                "value": value,
                "label": (self.choices or {}).get(value) or label(value) or _readable(value),
                "count": counts.get(value, 0),
                "selected": value in selected,
            }
            for value in values
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class RangeFacet:
    """A facet with a count for each range of a number: from one edge to below the next, and from the last one on.

    No row lies below the first edge. `unit` is the smallest step between two values. The summary divides the
    ranges a little further where `maximum`, an inclusive filter, may stand on an edge.
    """

    name: str
    expression: Column
    edges: tuple[Decimal, ...]
    minimum: str
    maximum: str | None = None
    unit: Decimal = CENT

    @property
    def dimension(self) -> str:
        """Its column in the summary of the table: the number of a step, counted from 0."""
        return f"{self.name}_step"

    @property
    def filter_names(self) -> tuple[str, ...]:
        return (self.minimum,) if self.maximum is None else (self.minimum, self.maximum)

    @property
    def column(self) -> ColumnElement[Any]:
        """The expression that lists are sorted by, where they are sorted by this facet."""
        return (
            self.expression.expression
            if isinstance(self.expression, InstrumentedAttribute)
            else self.expression
        )

    @cached_property
    def bounds(self) -> tuple[Decimal, ...]:
        """Where each step begins; its end is the beginning of the next."""
        ends = [edge + self.unit for edge in self.edges] if self.maximum is not None else []
        return tuple(sorted({*self.edges, *ends}))

    def row_value(self) -> ColumnElement[Any]:
        """The step that a row lies in."""
        bounds = ", ".join(f"{bound:f}" for bound in self.bounds[1:])
        return func.width_bucket(
            self.expression, literal_column(f"'{{{bounds}}}'::numeric[]"), type_=Integer()
        )

    def allowed(self, filters: Filters) -> Sequence[int] | None:
        """The steps that the facet's own filters let through; None for all of them. Raises NotOnAnEdgeError."""
        lowest, highest = filters.get(self.minimum), filters.get(self.maximum or "")
        if lowest is None and highest is None:
            return None
        first = 0 if lowest is None else self._step(Decimal(str(lowest[0])), ROUND_CEILING)
        last = len(self.bounds)
        if highest is not None:
            last = self._step(Decimal(str(highest[0])), ROUND_FLOOR, beyond=self.unit)
        return range(first, last)

    def shown(
        self, counts: Mapping[object, int], _filters: Filters, _label: Callable[[object], str | None]
    ) -> list[FacetValue]:
        """What an answer holds: every range in which some rows lie."""
        ends = (*self.edges[1:], None)
        ranges: list[FacetValue] = [
            {"from": _plain(start), "to": _plain(end), "count": self._rows(counts, start, end)}
            for start, end in zip(self.edges, ends, strict=True)
        ]
        return [found for found in ranges if found["count"]]

    def _rows(self, counts: Mapping[object, int], start: Decimal, end: Decimal | None) -> int:
        first = self.bounds.index(start)
        last = len(self.bounds) if end is None else self.bounds.index(end)
        return sum(counts.get(step, 0) for step in range(first, last))

    def _step(self, bound: Decimal, rounding: str, *, beyond: Decimal = Decimal(0)) -> int:
        """The number of the step that begins at a bound, or beyond an inclusive one."""
        start = (bound / self.unit).to_integral_value(rounding) * self.unit + beyond
        if start <= self.bounds[0]:
            return 0
        try:
            return self.bounds.index(start)
        except ValueError:
            raise NotOnAnEdgeError from None


Facet = ValueFacet | RangeFacet


def cell_restrictions(facets: Sequence[Facet], filters: Filters) -> Mapping[str, Sequence[object]] | None:
    """For each facet's dimension the values that a request's filters let through.

    None when there is a filter that no facet stands for, or one that divides a range.
    """
    own = {name for facet in facets for name in facet.filter_names}
    if any(name not in own for name in filters):
        return None
    try:
        allowed = {facet.dimension: facet.allowed(filters) for facet in facets}
    except NotOnAnEdgeError:
        return None
    return {dimension: values for dimension, values in allowed.items() if values is not None}


def _plain(edge: Decimal | None) -> int | float | None:
    if edge is None:
        return None
    return int(edge) if edge == edge.to_integral_value() else float(edge)


def _readable(value: object) -> str:
    text = str(value).replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]
