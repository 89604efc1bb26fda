"""How the values of a column are spread, by PostgreSQL's own statistics: about which keys lie at a share of a list.

Columns are taken as independent of each other and of the filters, which makes what comes out a place near the
wanted one and no more.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalogue.listing.list_request import SortKeys


@dataclass(frozen=True, slots=True)
class Distribution:
    """`values` rise; of each, the share of all rows that lie below it, and the share that equals it."""

    values: tuple[Any, ...]
    below: tuple[float, ...]
    equal: tuple[float, ...]

    def at(self, share: float) -> tuple[Any, float]:
        """The value at a share of the rows, and how far through the rows with this value the share is."""
        place = max(bisect_right(self.below, share) - 1, 0)
        value, inside = self.values[place], share - self.below[place]
        if inside < self.equal[place]:
            return value, max(inside, 0.0) / self.equal[place]
        if place + 1 == len(self.values):
            return value, 1.0
        width = self.below[place + 1] - self.below[place] - self.equal[place]
        return _between(value, self.values[place + 1], (inside - self.equal[place]) / width), 0.0


def distribution(
    common: Sequence[tuple[Any, float]], bounds: Sequence[Any], order: Mapping[Any, int] | None = None
) -> Distribution | None:
    """From the most common values with their shares, and the bounds of equally filled ranges of all others.

    `order` numbers the values where they do not compare as PostgreSQL orders them. None when nothing is known.
    """
    shares = dict(common)
    rest = max(1.0 - sum(shares.values()), 0.0) / max(len(bounds) - 1, 1) if bounds else 0.0
    starts = {*bounds}
    values = sorted({*shares, *bounds}, key=None if order is None else order.__getitem__)
    if not values:
        return None
    gaps = _gaps(values, starts, rest)
    below, reached = [], 0.0
    for value, gap in zip(values, gaps, strict=True):
        reached += gap
        below.append(reached)
        reached += shares.get(value, 0.0)
    equal = [shares.get(value, 0.0) for value in values]
    return (
        Distribution(
            tuple(values),
            tuple(start / reached for start in below),
            tuple(share / reached for share in equal),
        )
        if reached
        else None
    )


def keys_at(sort: SortKeys, known: Mapping[str, Distribution], share: float) -> tuple[Any, ...] | None:
    """Sort keys about where `share` of a list lies before; None where a column's spread is not known."""
    keys = []
    for declared, descending in sort:
        spread = known.get(declared.name)
        if spread is None:
            return None
        value, inside = spread.at(1.0 - share if descending else share)
        keys.append(value)
        share = 1.0 - inside if descending and inside else inside
    return tuple(keys)


def _gaps(values: Sequence[Any], bounds: set[Any], rest: float) -> list[float]:
    """The share of rows between each value and the one before: each range's, divided among its parts."""
    gaps, start = [0.0] * len(values), None
    for place, value in enumerate(values):
        if value not in bounds:
            continue
        if start is not None:
            parts = range(start + 1, place + 1)
            for part in parts:
                gaps[part] = rest / len(parts)
        start = place
    return gaps


def _between(low: Any, high: Any, share: float) -> Any:
    """A value between two, where there is one to be calculated."""
    if isinstance(low, Decimal):
        return low + ((high - low) * Decimal(share)).quantize(Decimal("0.01"))
    if isinstance(low, int):
        return low + round((high - low) * share)
    if isinstance(low, datetime) or (isinstance(low, date) and high != date.max):
        return low + (high - low) * share
    return low
