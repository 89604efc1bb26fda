"""What hits cost in accounting: two additions each, carried into Prometheus' figures now and then."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import time

from prometheus_client import Histogram

from catalogue.caching import metrics
from catalogue.caching.address import CachedRoute
from catalogue.caching.local_tier import LocalTier
from catalogue.edge.metrics import BUCKETS_S, add_requests, request_histogram

FLUSH_EVERY_S = 1.0


class Tally:
    """Answers by the bucket of the time they took, the last beyond all; and their seconds together."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.seconds += seconds

    def pour(self, histogram: Histogram) -> None:
        """Carry everything over."""
        add_requests(histogram, self.counts, self.seconds)
        self.counts[:] = [0] * len(self.counts)
        self.seconds = 0.0


class HitCounts:
    """Local hits by route, and what was turned away before anybody looked what it asks for."""

    def __init__(self, local: LocalTier) -> None:
        self.by_route: dict[CachedRoute, tuple[Tally, Tally]] = {}
        self.refused = Tally()
        self._local = local

    def of(self, route: CachedRoute) -> "tuple[Tally, Tally]":
        """The tallies of a route, to be added to: of answers with a body, and of those that are unchanged."""
        found = self.by_route.get(route)
        if found is None:
            found = self.by_route[route] = (Tally(), Tally())
        return found

    def flush(self) -> None:
        """Carry everything over."""
        for route, tallies in self.by_route.items():
            for tally, status in zip(tallies, ("200", "304"), strict=True):
                if count := sum(tally.counts):
                    metrics.ANSWERS.labels(route.template, "HIT-LOCAL", status).inc(count)
                    tally.pour(request_histogram("GET", route.template, status, "HIT-LOCAL"))
        self.refused.pour(request_histogram("GET", "any", "503", "REFUSED"))
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
