"""Counting over cells in memory: numpy arrays, rolled up once for each set of dimensions that is asked for.

Rows of cells are additive: the same cell may come several times, with negative counts among them, and every
answer is a sum. A sum is a float64, exact up to 2^53.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Sums = NDArray[np.float64]
Allowed = Mapping[int, NDArray[np.bool_]]
"""For a dimension's number, which of its codes count; dimensions that are not named are not restricted."""

_DENSE_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class CellRows:
    """`codes` has one array a dimension (None where it was rolled up), `sums` the counts and then each measure."""

    codes: tuple[Codes | None, ...]
    sums: tuple[Sums, ...]

    @property
    def size(self) -> int:
        return len(self.sums[0])

    def selected(self, allowed: Allowed) -> NDArray[np.intp] | None:
        """The places of the rows that count; None for all of them."""
        mask: NDArray[np.bool_] | None = None
        for dimension, flags in allowed.items():
            codes = self.codes[dimension]
            if codes is not None:
                passes = flags[codes]
                mask = passes if mask is None else mask & passes
        return None if mask is None else np.flatnonzero(mask)

    def by_code(self, dimension: int, size: int, allowed: Allowed, *, measure: int = 0) -> Sums:
        """The sum of a measure (0: the count) for each of the `size` codes of a dimension."""
        codes, sums = self.codes[dimension], self.sums[measure]
        if codes is None:
            raise ValueError("the dimension was rolled up")
        if (places := self.selected(allowed)) is not None:
            codes, sums = codes[places], sums[places]
        return _summed(codes, sums, size)

    def total(self, allowed: Allowed, *, measure: int = 0) -> float:
        sums = self.sums[measure]
        places = self.selected(allowed)
        return float(sums.sum() if places is None else sums[places].sum())

    def rolled_up(self, kept: frozenset[int]) -> "CellRows":
        """The same sums by the kept dimensions only, each cell once."""
        dimensions = sorted(kept)
        columns = [self.codes[dimension] for dimension in dimensions]
        present = [column for column in columns if column is not None]
        sizes = [int(column.max(initial=0)) + 1 for column in present]
        places, cells = _places(present, sizes)
        sums = tuple(_summed(places, measure, len(cells)) for measure in self.sums)
        codes = iter(np.unravel_index(cells, sizes) if sizes else ())
        return CellRows(
            tuple(
                next(codes).astype(np.int32) if number in kept else None for number in range(len(self.codes))
            ),
            sums,
        )

    @classmethod
    def joined(cls, parts: Sequence["CellRows"]) -> "CellRows":
        """Rows of several parts that all have every dimension."""
        codes = tuple(
            np.concatenate([column for part in parts if (column := part.codes[number]) is not None])
            for number in range(len(parts[0].codes))
        )
        sums = tuple(
            np.concatenate([part.sums[number] for part in parts]) for number in range(len(parts[0].sums))
        )
        return cls(codes, sums)


def _summed(codes: NDArray[Any], sums: Sums, size: int) -> Sums:
    return np.bincount(codes, weights=sums, minlength=size).astype(np.float64, copy=False)


def _places(columns: Sequence[Codes], sizes: Sequence[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each row the number of its cell, and the cells as positions in a block of these sizes."""
    rows = len(columns[0]) if columns else 0
    combined = np.zeros(rows, dtype=np.intp)
    for column, size in zip(columns, sizes, strict=True):
        combined *= size
        combined += column
    space = int(np.prod(sizes, dtype=np.float64)) if sizes else 1
    if space > _DENSE_CELLS:
        cells, places = np.unique(combined, return_inverse=True)
        return places, cells
    seen = np.zeros(space, dtype=bool)
    seen[combined] = True
    cells = np.flatnonzero(seen)
    numbers = np.zeros(space, dtype=np.intp)
    numbers[cells] = np.arange(len(cells))
    return numbers[combined], cells


@dataclass(frozen=True)
class Cube:
    """Many rows of cells, and their roll-ups as they come to be needed."""

    rows: CellRows
    _rolled_up: dict[frozenset[int], CellRows] = field(default_factory=dict)

    @cached_property
    def _every(self) -> frozenset[int]:
        return frozenset(range(len(self.rows.codes)))

    def by(self, dimensions: Iterable[int]) -> CellRows:
        """The rows rolled up to these dimensions, made from the smallest roll-up that has them."""
        wanted = frozenset(dimensions)
        if wanted == self._every:
            return self.rows
        if (known := self._rolled_up.get(wanted)) is None:
            sources = [rows for kept, rows in self._rolled_up.items() if kept > wanted]
            source = min(sources, key=lambda rows: rows.size, default=self.rows)
            known = self._rolled_up[wanted] = source.rolled_up(wanted)
        return known

    def prepare(self) -> None:
        """Make every roll-up, the large ones first; safe in a thread while nobody else has the cube."""
        for size in range(len(self._every) - 1, 0, -1):
            for dimensions in combinations(sorted(self._every), size):
                self.by(dimensions)
