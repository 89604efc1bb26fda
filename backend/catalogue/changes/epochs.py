"""Epochs of tags in bounded memory, the same numbers on every worker.

An epoch is the position of the newest change that touches a tag. Positions are kept in slots that tags are hashed
to, two a tag, as in the count-min sketch of Cormode and Muthukrishnan (2005): a slot holds the newest position of
all tags that share it, so the smaller of a tag's two slots is never older than the tag's last change, and rarely
newer. A slot of tags that share both costs a rebuild, never a stale answer.
"""

from array import array
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

SLOTS = 1 << 17
WINDOW = 1 << 16


def floor_at(position: int) -> int:
    """The epoch that anything older than it is taken to have, so that start-up needs to read only what is newer.

    It depends on nothing but the position, so workers that started at different times agree on it.
    """
    return max(0, (position // WINDOW - 1) * WINDOW)


class Epochs:
    """The epochs of one dataset. Positions must be applied in rising order."""

    def __init__(self) -> None:
        self._slots = (array("q", bytes(8 * SLOTS)), array("q", bytes(8 * SLOTS)))
        self._everything = 0
        self._newest = 0

    def touch(self, tags: Iterable[str] | None, position: int) -> None:
        """Note a change of these tags; None is a change of everything."""
        self._newest = position
        if tags is None:
            self._everything = position
            return
        first, second = self._slots
        for tag in tags:
            one, other = _places(tag)
            first[one] = position
            second[other] = position

    def newest(self, tags: Iterable[str], *, floor: int) -> int:
        """The newest change of any of these tags, at least `floor`; the tag "" is the whole dataset."""
        newest = max(self._everything, floor)
        first, second = self._slots
        for tag in tags:
            if not tag:
                return max(newest, self._newest)
            one, other = _places(tag)
            newest = max(newest, min(first[one], second[other]))
        return newest


@lru_cache(maxsize=1 << 16)
def _places(tag: str) -> tuple[int, int]:
    hashed = int.from_bytes(blake2b(tag.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return hashed % SLOTS, (hashed >> 32) % SLOTS
