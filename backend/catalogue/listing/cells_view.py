"""The cells of a table at one moment: what a worker holds in memory, brought up to date by each answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import orjson

from catalogue.listing.cells import CellTables
from catalogue.listing.cells_counting import Allowed, CellRows, Cube, Sums

Restrictions = Mapping[str, Collection[object]]
"""For a dimension, which of its values count; dimensions that are not named are not restricted."""

UNKNOWN_WAITING = -1
MAX_FOLDED_ROWS = 8_192


class Codebook:
    """The values of one dimension and the small numbers they go by. Grows; never forgets."""

    def __init__(self, values: Iterable[object] = ()) -> None:
        self.values = list(values)
        self._codes = {value: code for code, value in enumerate(self.values)}

    def codes(self, values: Iterable[object]) -> list[int]:
        return [self._codes[value] if value in self._codes else self._add(value) for value in values]

    def flags(self, values: Iterable[object]) -> "np.typing.NDArray[np.bool_]":
        """True at the codes of these values."""
        flags = np.zeros(len(self.values), dtype=bool)
        flags[[self._codes[value] for value in values if value in self._codes]] = True
        return flags

    def _add(self, value: object) -> int:
        code = self._codes[value] = len(self.values)
        self.values.append(value)
        return code


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts over layers of cells, which add up. `dimensions` are the columns of every layer."""

    dimensions: tuple[str, ...]
    codebooks: tuple[Codebook, ...]
    cube: Cube
    layers: tuple[CellRows, ...] = ()

    def count_by(self, dimension: str, restrictions: Restrictions) -> dict[object, int]:
        """How many rows each value has, where there are any."""
        number = self.dimensions.index(dimension)
        book, allowed = self.codebooks[number], self._allowed(restrictions)
        size = len(book.values)
        counts: Sums = self.cube.by({number, *allowed}).by_code(number, size, allowed)
        for layer in self.layers:
            if layer.size:
                counts = counts + layer.by_code(number, size, allowed)
        places = np.flatnonzero(counts)
        return {
            book.values[place]: round(count)
            for place, count in zip(places.tolist(), counts[places].tolist(), strict=True)
        }

    def total(self, restrictions: Restrictions, *, measure: int = 0) -> int:
        """How many rows there are, or the sum of a measure (counted from 1) over them."""
        allowed = self._allowed(restrictions)
        total = self.cube.by(allowed or {0}).total(allowed, measure=measure)
        return round(total + sum(layer.total(allowed, measure=measure) for layer in self.layers))

    def _allowed(self, restrictions: Restrictions) -> Allowed:
        return {
            (number := self.dimensions.index(name)): self.codebooks[number].flags(values)
            for name, values in restrictions.items()
        }


@dataclass(frozen=True, slots=True)
class CellView:
    """Exactly the rows of a table at one moment, as cells.

    `base_version` and `waiting` name the moment: how often was folded, and how many deltas wait since then.
    """

    tables: CellTables
    counter: Counter
    base_version: int
    waiting: int
    totals: dict[object, int] = field(default_factory=dict, compare=False)
    """Totals that were asked for at this moment, by the filters of their lists."""

    @property
    def epoch(self) -> str:
        """The moment as `CellTables.epoch` gives it."""
        return f"{self.base_version}.{self.waiting}"

    def is_past(self, epoch: str | None) -> bool:
        """Whether an epoch names an earlier moment than this."""
        if epoch is None:
            return False
        base_version, _, waiting = epoch.partition(".")
        return (int(base_version), int(waiting)) < (self.base_version, self.waiting)

    @classmethod
    def loaded(cls, tables: CellTables, packed: Sequence[Any]) -> "CellView":
        """From the answer of `load_statement`; the deltas that wait are not known yet."""
        base_version, size, *columns = packed
        dimensions = len(tables.dimensions)
        books = tuple(Codebook(orjson.loads(column or b"[]")) for column in columns[:dimensions])
        codes = [np.frombuffer(column or b"", ">i4") for column in columns[dimensions : 2 * dimensions]]
        sums = [np.frombuffer(column or b"", ">f8") for column in columns[2 * dimensions :]]
        rows = CellRows(
            tuple(column.astype(np.int32) for column in codes),
            tuple(np.rint(column.astype(np.float64)) for column in sums),
        )
        if rows.size != size:
            raise ValueError("the cells do not fit their number")
        nothing = _rows(books, tables, [])
        return cls(
            tables,
            Counter(tables.dimensions, books, Cube(rows), (nothing, nothing)),
            base_version,
            UNKNOWN_WAITING,
        )

    def advanced(self, answer: str) -> "CellView | None":
        """The view at the moment of an answer of `moment_statement`; None when it must be loaded anew."""
        base_version, waiting, folded, deltas = orjson.loads(answer)
        if deltas is None:
            return self
        cube, (known, _) = self.counter.cube, self.counter.layers
        if base_version != self.base_version:
            if folded is None:
                return None
            known = CellRows.joined([known, self._rows(folded)])
            if known.size > MAX_FOLDED_ROWS:
                everything = frozenset(range(len(self.tables.dimensions)))
                cube = Cube(CellRows.joined([cube.rows, known]).rolled_up(everything))
                known = self._rows([])
        counter = replace(self.counter, cube=cube, layers=(known, self._rows(deltas)))
        return CellView(self.tables, counter, base_version, waiting)

    def is_later_than(self, other: "CellView") -> bool:
        return (self.base_version, self.waiting) > (other.base_version, other.waiting)

    def _rows(self, rows: Sequence[Sequence[Any]]) -> CellRows:
        return _rows(self.counter.codebooks, self.tables, rows)


def _rows(books: Sequence[Codebook], tables: CellTables, rows: Sequence[Sequence[Any]]) -> CellRows:
    """Rows of JSON: a value for each dimension, then the count and each measure."""
    width = len(tables.dimensions) + 1 + len(tables.measures)
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * width
    return CellRows(
        tuple(
            np.array(book.codes(column), dtype=np.int32) for book, column in zip(books, columns, strict=False)
        ),
        tuple(np.array(column, dtype=np.float64) for column in columns[len(books) :]),
    )
