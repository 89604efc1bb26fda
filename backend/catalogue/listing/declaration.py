"""How a collection is declared: its fields, filters, sorts and facets.

A collection of the user's own is declared the same way (docs/listing.md); nothing in this package knows
products or orders.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from catalogue.db.base import Base
from catalogue.listing import values
from catalogue.listing.cells import CellTables
from catalogue.listing.facets import Facet
from catalogue.listing.values import Value

Condition = ColumnElement[bool]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
MADE_OF = "made_of"
"""The key in a generated column's `info` under which stand the names of the columns that it is made of."""

COMMON = ":common"
"""Ends the name of the form that a filter takes for values that most rows match; no query can name it."""


@dataclass(frozen=True)
class Parameter:
    """A filter's value inside a condition: bound, one value or several."""

    name: str
    value: Value
    several: bool

    def bound(self) -> ColumnElement[Any]:
        """The value itself; an array when the filter was repeated."""
        sql_type = ARRAY(self.value.sql_type) if self.several else self.value.sql_type
        return bindparam(self.name, type_=sql_type)

    def matches(self, column: Column) -> Condition:
        """True where the column equals the value, or one of the values."""
        return column == any_(self.bound()) if self.several else column == self.bound()


@dataclass(frozen=True, kw_only=True, eq=False)
class Search:
    """What a search looks in: a `tsvector` column, and a column of codes that are typed by prefix."""

    vector: Column
    code: Column | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Filter:
    """One query parameter. `prepare` turns the parsed value into bound parameters where one is not enough.

    `common` is the form of a `search` that takes its place where most rows match.
    """

    name: str
    value: Value
    condition: Callable[[Parameter], Condition]
    description: str
    repeatable: bool = False
    comma_list: bool = False
    prepare: Callable[[Any], Mapping[str, object] | None] | None = None
    search: Search | None = None
    common: "Filter | None" = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Sort:
    """One name of `sort`. `needs` names the filter without which it has no meaning.

    `common` is the sort (`-review_count`) that takes its place where most rows match that filter.
    """

    name: str
    expression: ColumnElement[Any]
    needs: str | None = None
    common: str | None = None

    @cached_property
    def python_type(self) -> type[object]:
        """What a key of this sort is in Python."""
        return self.expression.type.python_type


@dataclass(frozen=True, kw_only=True, eq=False)
class Collection:
    """A list: what it shows, how it is filtered and sorted.

    `default_sort` and `sort_with` (per filter present) are written as in the query: `-created_at`. `epoch` is a
    scalar that differs between any two contents of the table; without one a list index is never known to be fresh.
    `summary` holds counts by facet, for every facet; without one the facets are counted in the rows. `tags` maps the
    filters that compare a column for equality to the name of that column's tag in the change log, so that cached
    lists under such a filter outlive changes of other rows.
    """

    name: str
    model: type[Base]
    fields: tuple[str, ...]
    filters: tuple[Filter, ...]
    sorts: tuple[Sort, ...]
    hidden_fields: tuple[str, ...] = ()
    default_sort: str = "id"
    sort_with: Mapping[str, str] = field(default_factory=dict)
    epoch: ColumnElement[str] | None = None
    facets: tuple[Facet, ...] = ()
    summary: CellTables | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def filter_by_name(self) -> dict[str, Filter]:
        common = [declared.common for declared in self.filters if declared.common is not None]
        return {declared.name: declared for declared in (*self.filters, *common)}

    @cached_property
    def searched(self) -> Filter | None:
        """The filter that is a search."""
        return next((declared for declared in self.filters if declared.search is not None), None)

    @cached_property
    def sort_by_name(self) -> dict[str, Sort]:
        return {declared.name: declared for declared in self.sorts}

    @cached_property
    def facet_by_name(self) -> dict[str, Facet]:
        return {declared.name: declared for declared in self.facets}

    @cached_property
    def all_fields(self) -> tuple[str, ...]:
        return (*self.fields, *self.hidden_fields)

    def column(self, name: str) -> InstrumentedAttribute[Any]:
        attribute: InstrumentedAttribute[Any] = getattr(self.model, name)
        return attribute


def equals(name: str, value: Value, *columns: Column, description: str) -> Filter:
    """Equality with one of the columns; repeating the parameter means OR."""

    def condition(parameter: Parameter) -> Condition:
        matches = [parameter.matches(column) for column in columns]
        return matches[0] if len(matches) == 1 else matches[0] | matches[1]

    return Filter(name=name, value=value, condition=condition, description=description, repeatable=True)


def at_least(name: str, value: Value, column: Column, *, description: str) -> Filter:
    """An inclusive lower bound."""
    return Filter(
        name=name,
        value=value,
        condition=lambda parameter: column >= parameter.bound(),
        description=description,
    )


def at_most(name: str, value: Value, column: Column, *, description: str) -> Filter:
    """An inclusive upper bound."""
    return Filter(
        name=name,
        value=value,
        condition=lambda parameter: column <= parameter.bound(),
        description=description,
    )


def before(name: str, value: Value, column: Column, *, description: str) -> Filter:
    """An exclusive upper bound."""
    return Filter(
        name=name,
        value=value,
        condition=lambda parameter: column < parameter.bound(),
        description=description,
    )


def period(field_name: str, value: Value, column: Column, *, label: str) -> tuple[Filter, Filter]:
    """`<label>_from` (inclusive) and `<label>_to` (exclusive) over one column."""
    return (
        at_least(f"{label}_from", value, column, description=f"{field_name} from here on, inclusive"),
        before(f"{label}_to", value, column, description=f"{field_name} up to here, exclusive"),
    )


def ids(column: Column) -> Filter:
    """`ids=3,1,2`: these records."""
    return Filter(
        name="ids",
        value=values.integer(1),
        condition=lambda parameter: parameter.matches(column),
        description="only these ids, as a comma list",
        repeatable=True,
        comma_list=True,
    )


def column_sorts(model: type[Base], *names: str) -> tuple[Sort, ...]:
    """Sorts by plain columns that are never null."""
    return tuple(Sort(name=name, expression=getattr(model, name).expression) for name in names)
