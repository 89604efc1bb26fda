"""What the cache hands out: an entry and where it came from, or an answer that is not cached."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from catalogue.caching.address import Address
from catalogue.caching.entry import Entry
from catalogue.listing.shown import Shown

Outcome = Literal["HIT-LOCAL", "HIT-SHARED", "STALE", "MISS", "BYPASS"]
PROVISIONAL = b"x-provisional"
"""A header by which a route says that its answer will soon be better (a total that is only estimated yet)."""


@dataclass(frozen=True, slots=True)
class Made:
    """An answer of the application: `headers` are as ASGI has them. `shown` are the rows in a list's."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    shown: Shown | None = None

    def header(self, name: bytes) -> bytes | None:
        """The first header of a name in lower case."""
        return next((value for found, value in self.headers if found.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """`refused` is an answer that is not cached; else there is an entry. `database_s` is what making it took there."""

    entry: Entry | None
    outcome: Outcome
    refused: Made | None = None
    database_s: float = 0.0


Make = Callable[[Address, bytes], Awaitable[tuple[Made, float]]]
"""Asks the application anew for an address, for a request id; gives the answer and the seconds in the database."""
