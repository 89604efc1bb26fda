"""Keyset positions as SQL: "everything after this row" for any mix of directions.

Where all keys run the same way it is one row comparison, which PostgreSQL turns into one index seek. Where
directions mix, no single comparison exists, and the usual chain of ORs makes PostgreSQL read all ties. So the
rows after a position are given as branches, each of which is one seek: first the rest of the innermost tie,
then the rest of the next, and so on outwards.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, asc, bindparam, desc, tuple_

from catalogue.listing.declaration import Condition
from catalogue.listing.request import SortKeys


def order_by(sort: SortKeys, *, reverse: bool) -> list[ColumnElement[Any]]:
    """The ORDER BY of a sort, or of its mirror image."""
    return [
        desc(declared.expression) if descending != reverse else asc(declared.expression)
        for declared, descending in sort
    ]


def branches_after(sort: SortKeys, *, reverse: bool) -> list[Condition]:
    """Conditions that split the rows after the position bound as `key_0`, `key_1` …, nearest rows first."""
    runs = _runs(sort, reverse=reverse)
    branches: list[Condition] = []
    for index in range(len(runs) - 1, -1, -1):
        tied = [part.equals() for part in runs[:index]]
        branches.append(and_(*tied, runs[index].beyond()))
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

    def beyond(self) -> Condition:
        if len(self.columns) == 1:
            column, key = self.columns[0], self.parameters[0]
            return column < key if self.descending else column > key
        columns, keys = tuple_(*self.columns), tuple_(*self.parameters)
        return columns < keys if self.descending else columns > keys


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
