"""What hits cost in accounting: two additions each, carried into Prometheus' figures now and then."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Histogram

from catalogue.background import beside
from catalogue.caching import metrics
from catalogue.caching.address import CachedRoute
from catalogue.edge.metrics import BUCKETS_S, add_requests, request_histogram

FLUSH_EVERY_S = 1.0
LOCAL = "HIT-LOCAL"
_HITS = (LOCAL, "HIT-SHARED", "STALE")


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
    """Answers of one worker since its start.

    Attributes:
        by_route: Local hits that are not carried over yet: those with a body, those unchanged.
        refused: What was turned away before anybody looked what it asks for.
        outcomes: All that is carried over, by outcome as in X-Cache.
    """

    def __init__(self) -> None:
        self.by_route: dict[CachedRoute, tuple[Tally, Tally]] = {}
        self.refused = Tally()
        self.outcomes: Counter[str] = Counter()

    @property
    def hit_ratio(self) -> float:
        """The share of the answers that needed no database; 0 before the first."""
        return sum(self.outcomes[name] for name in _HITS) / max(self.outcomes.total(), 1)

    def of(self, route: CachedRoute) -> "tuple[Tally, Tally]":
        """The tallies of a route, to be added to: of answers with a body, and of those that are unchanged."""
        found = self.by_route.get(route)
        if found is None:
            found = self.by_route[route] = (Tally(), Tally())
        return found

    def add(self, route: CachedRoute, outcome: str, status: int, count: int = 1) -> None:
        """Count answers of a route."""
        self.outcomes[outcome] += count
        metrics.ANSWERS.labels(route.template, outcome, str(status)).inc(count)

    def flush(self) -> None:
        """Carry everything over."""
        for route, tallies in self.by_route.items():
            for tally, status in zip(tallies, (200, 304), strict=True):
                if count := sum(tally.counts):
                    self.add(route, LOCAL, status, count)
                    tally.pour(request_histogram("GET", route.template, str(status), LOCAL))
        self.refused.pour(request_histogram("GET", "any", "503", "REFUSED"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carry over every second as long as the context lasts."""
        try:
            async with beside(self._flush_forever):
                yield
        finally:
            self.flush()

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            self.flush()
