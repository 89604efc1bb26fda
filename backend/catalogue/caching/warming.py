"""Making the most asked answers before anybody asks: at the start and after changes that drop much at once.

What was asked is counted in a sorted set in Redis, so that a new worker knows it. The set is bounded, and halved from
time to time, so that what was asked long ago sinks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from catalogue.caching import metrics
from catalogue.caching.address import Address
from catalogue.caching.response_cache import ResponseCache
from catalogue.errors import CatalogueError

if TYPE_CHECKING:
    from catalogue.changes.change import Change

COUNT_EVERY_S = 10.0
HALVE_EVERY_S = 600
MOST_KEPT = 1_000
MOST_COUNTED = 200
_AT_ONCE = 2


async def _at_once() -> None:
    """Nothing else is to be waited for."""


class Warmer:
    """`most` answers are warmed, each after `spare`; without Redis what this worker was asked counts alone."""

    def __init__(
        self, cache: ResponseCache, *, most: int, spare: Callable[[], Awaitable[None]] = _at_once
    ) -> None:
        self._cache = cache
        self._most = most
        self._spare = spare
        self._counted: dict[Address, int] = {}
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """Warm soon, in the background."""
        self._wanted.set()

    async def count(self) -> None:
        """Tell Redis what was asked since the last time."""
        shared = self._cache.shared
        asked = sorted(self._asked(), key=lambda pair: -pair[1])[:MOST_COUNTED]
        if shared is None or not asked:
            return
        for address, hits in asked:
            await shared.call(b"ZINCRBY", self._set(), hits, address.text.encode())
        await shared.call(b"ZREMRANGEBYRANK", self._set(), 0, -MOST_KEPT - 1)
        if await shared.call(b"SET", self._set() + b":halved", b"1", b"NX", b"EX", HALVE_EVERY_S):
            await shared.call(b"ZUNIONSTORE", self._set(), 1, self._set(), b"WEIGHTS", b"0.5")

    async def warm(self) -> int:
        """Make what is missing of the most asked answers; returns how many there are then."""
        addresses = await self._most_asked()
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(address: Address) -> bool:
            async with room:
                await self._spare()
                with suppress(CatalogueError):
                    return await self._cache.warm(address)
            return False

        warmed = sum(await asyncio.gather(*map(one, addresses)))
        metrics.WARMED.inc(warmed)
        return warmed

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Warm now and after each bulk change, and count, as long as the context lasts."""
        if not self._most:
            yield
            return
        unsubscribe = self._cache.freshness.feed.subscribe(self._see)
        tasks = [asyncio.create_task(self._warm_forever()), asyncio.create_task(self._count_forever())]
        self.want()
        try:
            yield
        finally:
            unsubscribe()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _most_asked(self) -> list[Address]:
        shared = self._cache.shared
        found = (
            await shared.call(b"ZREVRANGE", self._set(), 0, self._most - 1) if shared is not None else None
        )
        if not isinstance(found, list):
            return sorted(self._counted, key=lambda address: -self._counted[address])[: self._most]
        texts = [text.decode("utf-8", "replace") for text in found if isinstance(text, bytes)]
        parts = [text.partition("?") for text in texts]
        known = (self._cache.book.find(path, query.encode("ascii", "replace")) for path, _, query in parts)
        return [address for address in known if address is not None]

    def _asked(self) -> list[tuple[Address, int]]:
        """Each address and its hits since the last look."""
        found = []
        now = {address: address.entry.hits for address in self._cache.local.addresses() if address.entry}
        for address, hits in now.items():
            before = self._counted.get(address, 0)
            if (more := hits - before if hits >= before else hits) > 0:
                found.append((address, more))
        self._counted = now
        return found

    def _set(self) -> bytes:
        shared = self._cache.shared
        return f"{shared.namespace if shared is not None else ''}:asked".encode()

    def _see(self, change: "Change | None") -> None:
        if change is None or change.ids is None:
            self.want()

    async def _warm_forever(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self.warm()

    async def _count_forever(self) -> None:
        while True:
            await asyncio.sleep(COUNT_EVERY_S)
            await self.count()
