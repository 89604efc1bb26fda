"""Where numbers moved: whether an update took one across a border that an answer depends on.

Most updates of a number change nothing about a list that goes by it: a price that rises by a cent leaves the row in its
price range, and between the same rows of every page but its own.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from catalogue.changes.change import Change

MAX_MOVES = 500
"""So many of each number are remembered; an answer older than these is taken for changed."""

Span = tuple[float, float]


class Rows(Protocol):
    """Some rows, by their ids."""

    def holds_any(self, ids: Iterable[int]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Borders:
    """Where a number decides, for rows that carry a tag of every clause.

    `values` are in rising order. None: the first and the last value of the page that is looked at, and all between.
    """

    field: str
    values: tuple[float, ...] | None
    clauses: tuple[tuple[str, ...], ...] = ()

    def lie_between(self, low: float, high: float, span: Span | None) -> bool:
        """Whether a number that moves between these crosses one of them, or comes to lie on one."""
        if self.values is not None:
            return bisect_left(self.values, low) < bisect_right(self.values, high)
        return span is not None and low <= span[1] and high >= span[0]


class Moves:
    """The newest moves of the numbers of one dataset, complete from `position` on. Changes must be added in rising order."""

    def __init__(self, position: int) -> None:
        self._complete_after = position
        self._moved: dict[str, deque[_Moved]] = {}

    def add(self, change: Change) -> None:
        tags = frozenset(change.tags or ())
        for field, low, high in change.moves:
            moved = self._moved.setdefault(field, deque(maxlen=MAX_MOVES))
            moved.append(_Moved(change.position, low, high, tags, change.ids or ()))

    def crossed(
        self, borders: Iterable[Borders], span: Span | None, *, since: int, among: Rows | None = None
    ) -> bool:
        """Whether a move after the change at `since` may have crossed a border, that of one of these rows if they are given."""
        return any(self._crossed(border, span, since, among) for border in borders)

    def _crossed(self, border: Borders, span: Span | None, since: int, among: Rows | None) -> bool:
        if since < self._complete_after:
            return True
        known = self._moved.get(border.field, ())
        for moved in reversed(known):
            if moved.position <= since:
                return False
            if (
                border.lie_between(moved.low, moved.high, span)
                and not any(moved.tags.isdisjoint(clause) for clause in border.clauses)
                and (among is None or among.holds_any(moved.ids))
            ):
                return True
        return len(known) == MAX_MOVES


class _Moved(NamedTuple):
    """What an update did to one number of rows with these ids."""

    position: int
    low: float
    high: float
    tags: frozenset[str]
    ids: tuple[int, ...]
