"""What answers cost in accounting: two additions each, carried into Prometheus' figures now and then."""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from threading import Lock

from prometheus_client import Histogram

from catalogue.background import beside
from catalogue.caching import metrics
from catalogue.caching.address import CachedRoute
from catalogue.edge.metrics import BUCKETS_S, add_requests, request_histogram

FLUSH_EVERY_S = 1.0
LOCAL = "HIT-LOCAL"
_HITS = (LOCAL, "HIT-SHARED", "STALE")


class Tally:
    """Answers by the bucket of the time they took, the last beyond all; and their seconds together.

    Added to by more than one thread.
    """

    __slots__ = ("_counts", "_lock", "_seconds")

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS_S) + 1)
        self._seconds = 0.0
        self._lock = Lock()

    def add(self, seconds: float) -> None:
        with self._lock:
            self._counts[bisect_left(BUCKETS_S, seconds)] += 1
            self._seconds += seconds

    def pour(self, histogram: Callable[[], Histogram]) -> int:
        """Carry everything over, and return how many that was; without any, `histogram` is not called for."""
        with self._lock:
            counts, self._counts = self._counts, [0] * len(self._counts)
            seconds, self._seconds = self._seconds, 0.0
        if count := sum(counts):
            add_requests(histogram(), counts, seconds)
        return count


class HitCounts:
    """Answers of one worker since its start.

    Attributes:
        by_route: Local hits that are not carried over yet: those with a body, those unchanged.
        refused: What was turned away before anybody looked what it asks for.
        outcomes: All that is carried over, by outcome as in X-Cache.
    """

    def __init__(self) -> None:
        self.by_route: dict[CachedRoute, tuple[Tally, Tally]] = {}
        self._others: defaultdict[tuple[str, CachedRoute, str, int], Tally] = defaultdict(Tally)
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

    def note(self, method: str, route: CachedRoute, outcome: str, status: int, seconds: float) -> None:
        """Count an answer that was no local hit. `method` is GET or HEAD."""
        self._others[method, route, outcome, status].add(seconds)

    def flush(self) -> None:
        """Carry everything over."""
        for route, tallies in self.by_route.items():
            for tally, status in zip(tallies, (200, 304), strict=True):
                self._carry(tally, "GET", route, LOCAL, status)
        for (method, route, outcome, status), tally in self._others.items():
            self._carry(tally, method, route, outcome, status)
        self.refused.pour(partial(request_histogram, "GET", "any", "503", "REFUSED"))

    def _carry(self, tally: Tally, method: str, route: CachedRoute, outcome: str, status: int) -> None:
        histogram = partial(request_histogram, method, route.template, str(status), outcome)
        if count := tally.pour(histogram):
            self.outcomes[outcome] += count
            metrics.ANSWERS.labels(route.template, outcome, str(status)).inc(count)

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
