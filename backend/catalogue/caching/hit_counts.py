"""What hits cost in accounting: two additions each, carried into Prometheus' counters now and then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import time

from catalogue.caching import metrics
from catalogue.caching.address import CachedRoute
from catalogue.caching.local_tier import LocalTier

FLUSH_EVERY_S = 1.0


class HitCounts:
    """Local hits by route: how many with a body, how many unchanged; and the seconds they took together."""

    def __init__(self, local: LocalTier) -> None:
        self.by_route: dict[CachedRoute, list[int]] = {}
        self.seconds = 0.0
        self._local = local

    def of(self, route: CachedRoute) -> list[int]:
        """The counts of a route, to be added to: `[200, 304]`."""
        return self.by_route.setdefault(route, [0, 0])

    def flush(self) -> None:
        """Carry everything over."""
        for route, counts in self.by_route.items():
            for place, status in enumerate(("200", "304")):
                if counts[place]:
                    metrics.ANSWERS.labels(route.template, "HIT-LOCAL", status).inc(counts[place])
                    counts[place] = 0
        metrics.HIT_SECONDS.inc(self.seconds)
        self.seconds = 0.0
        entries = [address.entry for address in self._local.addresses() if address.entry is not None]
        metrics.LOCAL_ENTRIES.set(len(entries))
        metrics.LOCAL_BYTES.set(self._local.bytes)
        metrics.EVICTED.set(self._local.evicted)
        oldest = min((entry.made_at for entry in entries), default=time())
        metrics.OLDEST_SECONDS.set(max(0.0, time() - oldest))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carry over every second as long as the context lasts."""
        task = asyncio.create_task(self._flush_forever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.flush()

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            self.flush()
