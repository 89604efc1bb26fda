"""The cache of one worker: the local tier, then Redis, then the application, each question once at a time.

A flight is named by address and epoch: whoever comes after a change has another epoch and does not get what was
read before it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import log
from random import random
from time import monotonic

from catalogue.caching.address import Address
from catalogue.caching.addresses import AddressBook
from catalogue.caching.answers import Answer
from catalogue.caching.entry import Entry
from catalogue.caching.freshness import Freshness
from catalogue.caching.local_tier import LocalTier
from catalogue.caching.rebuilding import Rebuilder
from catalogue.caching.shared_tier import SharedTier

_BYPASSED = -2
"""From here on down, one for each position: who comes after a change joins no flight from before it."""

_Name = tuple[Address, int]


class ResponseCache:
    """`shared` is None where only the worker's own memory is used.

    `stale_s` bounds how old an answer may be that stands in for one that cannot be made.
    """

    def __init__(  # noqa: PLR0913 - the parts of the cache, by name
        self,
        *,
        book: AddressBook,
        local: LocalTier,
        shared: SharedTier | None,
        freshness: Freshness,
        rebuilder: Rebuilder,
        stale_s: float,
    ) -> None:
        self.book = book
        self.local = local
        self.shared = shared
        self.freshness = freshness
        self._rebuilder = rebuilder
        self._stale_s = stale_s
        self._flights: dict[_Name, _Flight] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def answer(
        self, address: Address, request_id: bytes, *, past_caches: bool = False, may_be_old: bool = True
    ) -> Answer:
        """Answer an address; `past_caches` asks the tables, whatever is cached or under way.

        Without `may_be_old` nothing older than what is known stands in for an answer that cannot be made.
        """
        if past_caches:
            return await self._rebuilder.bypass(address, request_id)
        if not self.freshness.is_known() and not await self.freshness.becomes_known():
            answer = await self._flight(
                address,
                _BYPASSED - self.freshness.feed.position,
                lambda: self._rebuilder.bypass(address, request_id),
            )
        elif (usable := self._usable(address)) is not None:
            return usable
        else:
            answer = await self._obtained(address, request_id)
        if may_be_old and answer.refused is not None and answer.refused.status >= 500:
            return self._stale_instead(address) or answer
        return answer

    def add_encoding(self, address: Address, entry: Entry, encoding: bytes, body: bytes) -> None:
        """Keep the body in another encoding, here and in Redis."""
        entry.bodies[encoding] = body
        self.local.grown(address, entry)
        if self.shared is not None and entry.epoch >= 0:
            key = self._rebuilder.key(address, entry.epoch)
            self.shared.put(key, entry, address=address.text, again=True)

    async def warm(self, address: Address) -> bool:
        """See to it that an address has a fresh entry; False when it cannot have one."""
        if self._usable(address) is not None:
            return True
        return (await self._obtained(address, b"warm-up")).entry is not None

    @property
    def rebuilds(self) -> Mapping[str, int]:
        """How often an answer was made anew, by why."""
        return self._rebuilder.rebuilds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Forget everything when changes were missed, and at the end."""
        unsubscribe = self.freshness.feed.subscribe(
            lambda change: self.local.clear() if change is None else None
        )
        try:
            yield
        finally:
            unsubscribe()
            for task in (*self._background, *(flight.task for flight in self._flights.values())):
                task.cancel()
            self.local.clear()

    def _usable(self, address: Address) -> Answer | None:
        """The local entry where nothing newer is known; it is made anew when its time is near or over."""
        entry = address.entry
        if entry is None or not self.freshness.confirms(address, entry):
            return None
        now = monotonic()
        if now >= entry.ends_at:
            return None
        if now >= entry.early_at and (now >= entry.expires_at or _is_early(entry, now)):
            self._refresh(address, entry)
        return Answer(entry, "HIT-LOCAL" if now < entry.expires_at else "STALE")

    def _stale_instead(self, address: Address) -> Answer | None:
        """What there is, when nothing better is to be had."""
        entry = address.entry
        if entry is None:
            return None
        unknown_s = self.freshness.feed.lag_s
        if max(entry.stale_for(monotonic()), unknown_s) > self._stale_s:
            return None
        return Answer(entry, "STALE")

    async def _obtained(self, address: Address, request_id: bytes) -> Answer:
        epoch = self.freshness.epoch(address)
        widest = self.freshness.widest_epoch(address)
        answer = await self._flight(
            address, widest, lambda: self._rebuilder.obtain(address, epoch, request_id)
        )
        if answer.outcome == "STALE" and answer.entry is not None:
            self._refresh(address, answer.entry)
        return answer

    async def _flight(self, address: Address, epoch: int, start: Callable[[], Awaitable[Answer]]) -> Answer:
        """Start the work, or wait for the one that does it already. It is left off when the last who waits leaves."""
        name = (address, epoch)
        flight = self._flights.get(name)
        if flight is None:
            flight = _Flight(asyncio.ensure_future(start()))
            self._flights[name] = flight
            flight.task.add_done_callback(lambda _: self._landed(name, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._landed(name, flight)
                flight.task.cancel()

    def _landed(self, name: _Name, flight: "_Flight") -> None:
        """Nobody joins a flight any more that is over, or that was left off."""
        if self._flights.get(name) is flight:
            del self._flights[name]

    def _refresh(self, address: Address, entry: Entry) -> None:
        if address.refreshing:
            return
        address.refreshing = True
        task = asyncio.create_task(self._rebuilder.refresh(address, entry))
        self._background.add(task)

        def finished(_: object) -> None:
            address.refreshing = False
            self._background.discard(task)

        task.add_done_callback(finished)


@dataclass(eq=False, slots=True)
class _Flight:
    """Work under way, and how many wait for it."""

    task: asyncio.Task[Answer]
    waiting: int = 0


def _is_early(entry: Entry, now: float) -> bool:
    """XFetch (Vattani, Chierichetti and Lowenstein 2015): the nearer the end, the likelier."""
    return now - entry.cost_s * log(1.0 - random()) >= entry.expires_at  # noqa: S311 - no secret
