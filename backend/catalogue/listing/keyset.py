"""Keyset positions as SQL: "everything after this row" for any mix of directions.

Where all keys run the same way it is one row comparison, which PostgreSQL turns into one index seek. Where
directions mix, no single comparison exists, and the usual chain of ORs makes PostgreSQL read all ties. So the
rows after a position are given as branches, each of which is one seek: first the rest of the innermost tie,
then the rest of the next, and so on outwards.
"""

import operator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, asc, bindparam, desc, tuple_

from catalogue.listing.declaration import Condition
from catalogue.listing.list_request import SortKeys

_COMPARISONS = {
    (False, False): operator.gt,
    (False, True): operator.ge,
    (True, False): operator.lt,
    (True, True): operator.le,
}


def order_by(sort: SortKeys, *, reverse: bool) -> list[ColumnElement[Any]]:
    """The ORDER BY of a sort, or of its mirror image."""
    return [
        desc(declared.expression) if descending != reverse else asc(declared.expression)
        for declared, descending in sort
    ]


def branches_after(sort: SortKeys, *, reverse: bool, inclusive: bool = False) -> list[Condition]:
    """Conditions that split the rows after the position bound as `key_0`, `key_1` …, nearest rows first.

    With `inclusive` the row at the position is among them.
    """
    runs = _runs(sort, reverse=reverse)
    branches: list[Condition] = []
    for index in range(len(runs) - 1, -1, -1):
        tied = [part.equals() for part in runs[:index]]
        innermost = index == len(runs) - 1
        branches.append(and_(*tied, runs[index].beyond(inclusive=inclusive and innermost)))
    return branches


def position_values(keys: tuple[object, ...]) -> dict[str, object]:
    return {f"key_{index}": key for index, key in enumerate(keys)}


@dataclass(frozen=True)
class _Run:
    """Neighbouring keys that run in one direction."""

    columns: list[ColumnElement[Any]]
    parameters: list[ColumnElement[Any]]
    descending: bool

    def equals(self) -> Condition:
        return and_(*(column == key for column, key in zip(self.columns, self.parameters, strict=True)))

    def beyond(self, *, inclusive: bool) -> Condition:
        columns: Any = tuple_(*self.columns) if len(self.columns) > 1 else self.columns[0]
        keys: Any = tuple_(*self.parameters) if len(self.columns) > 1 else self.parameters[0]
        compare = _COMPARISONS[self.descending, inclusive]
        condition: Condition = compare(columns, keys)
        return condition


def _runs(sort: SortKeys, *, reverse: bool) -> list[_Run]:
    numbered = [
        (declared.expression, descending != reverse, index)
        for index, (declared, descending) in enumerate(sort)
    ]
    runs = []
    for descending, members in groupby(numbered, key=lambda member: member[1]):
        part = list(members)
        runs.append(
            _Run(
                columns=[expression for expression, _, _ in part],
                parameters=[
                    bindparam(f"key_{index}", type_=expression.type) for expression, _, index in part
                ],
                descending=descending,
            )
        )
    return runs
