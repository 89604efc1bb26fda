"""A list index: how many rows a list has, and the sort keys of every `STRIDE`th of them.

With it the row at any offset costs what the first row costs: seek to the nearest key before it, walk at most a
stride of index entries, fetch the page. One index-only pass over the list makes it.
"""

from dataclasses import dataclass, field
from time import monotonic

import orjson

from catalogue.listing.keys import plain_keys, typed_keys
from catalogue.listing.list_request import ListRequest
from catalogue.listing.route import Route

STRIDE = 500


@dataclass(frozen=True, slots=True)
class Anchor:
    """The keys of a row at or before the wanted one, and how many rows to go on from it."""

    keys: tuple[object, ...]
    skip: int


@dataclass(frozen=True, slots=True)
class ListIndex:
    """Of a list that is upward, and so of the same list from its other end.

    `packed` holds the keys of rows 0, STRIDE, 2·STRIDE … as JSON texts; `epoch` tells the table's contents.

    An epoch of None means that nothing tells when the table changes: the index is never known to be fresh.
    """

    total: int
    epoch: str | None
    packed: tuple[bytes, ...]
    built_at: float = field(default_factory=monotonic)

    @property
    def size_bytes(self) -> int:
        """About what it takes in memory."""
        return 200 + sum(map(len, self.packed)) + 48 * len(self.packed)

    def anchor(self, request: ListRequest, offset: int) -> Anchor | None:
        """Where to start for row number `offset`; None past the end."""
        if not self.packed or offset >= self.total:
            return None
        number = min(offset // STRIDE, len(self.packed) - 1)
        keys = typed_keys(orjson.loads(self.packed[number]), request.sort)
        return Anchor(keys, offset - number * STRIDE)

    def route(self, request: ListRequest) -> Route | None:
        """The way to the page that begins at the request's offset; None past the end.

        A downward list is come to from below. What lies below its first rows there begins at the end itself: rows may have come
        since the index was made.
        """
        first = request.offset or 0
        if not request.is_downward:
            anchor = self.anchor(request, first)
            if anchor is None:
                return None
            return Route("anchor", anchor.keys, anchor.skip, request.limit + 1, backward=False)
        rows = min(request.limit + 1, self.total - first)
        below = self.total - first - rows
        if rows <= 0 or (anchor := self.anchor(request, below)) is None:
            return None
        if below < STRIDE:
            return Route("offset", (), below, rows, backward=True)
        return Route("anchor", anchor.keys, anchor.skip, rows, backward=True)

    def to_bytes(self) -> bytes:
        head = orjson.dumps([self.total, self.epoch])
        return b"[" + head + b"," + b",".join(self.packed) + b"]"

    @classmethod
    def from_bytes(cls, raw: bytes) -> "ListIndex":
        """Raises ValueError for bytes that are no list index."""
        (total, epoch), *keys = orjson.loads(raw)
        if not isinstance(total, int) or not isinstance(epoch, str | None):
            raise ValueError("not a list index")  # noqa: TRY004 - whoever stored it, it is the value that is wrong
        return cls(total, epoch, tuple(map(_compact, keys)))


def pack(keys: tuple[object, ...]) -> bytes:
    return _compact(plain_keys(keys))


def _compact(keys: list[object]) -> bytes:
    """A copy, because orjson's own bytes lie in large blocks of memory that each of them would hold on to."""
    return bytes(memoryview(orjson.dumps(keys)))
