"""What whoever keeps a list's answer needs to know of it beside its bytes."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


class RowIds:
    """Many ids of rows, eight bytes each."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Iterable[int]) -> None:
        self._ids = array("q", sorted(ids))

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def holds_any(self, ids: Iterable[int]) -> bool:
        """Whether one of these is among them."""
        return any(self._holds(wanted) for wanted in ids)

    def _holds(self, wanted: int) -> bool:
        place = bisect_left(self._ids, wanted)
        return place < len(self._ids) and self._ids[place] == wanted


@dataclass(slots=True)
class Shown:
    """Rows in an answer.

    Attributes:
        ids: Those of the page.
        span: Where these lie in what they are ordered by first, where that is a number.
        estimated: Whether the facets are estimates.
        counted: All rows that the facets were counted over, where they are few enough to be named.
    """

    ids: Sequence[int] = ()
    span: tuple[float, float] | None = None
    estimated: bool = False
    counted: RowIds | None = None
    _tags: tuple[str, ...] | None = field(default=None, compare=False)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the page's rows, made when they are first asked for: most answers from Redis are never asked."""
        if self._tags is None:
            self._tags = tuple(f"id={row}" for row in self.ids)
        return self._tags
