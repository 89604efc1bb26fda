"""What hits cost in accounting: two additions each, carried into Prometheus' counters now and then."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from catalogue.caching import metrics
from catalogue.caching.address import CachedRoute

FLUSH_EVERY_S = 1.0
LOCAL = "HIT-LOCAL"
_HITS = (LOCAL, "HIT-SHARED", "STALE")


class HitCounts:
    """Answers of one worker since its start.

    Attributes:
        by_route: Local hits that are not carried over yet: how many with a body, how many unchanged.
        seconds: What these took together.
        outcomes: All that is carried over, by outcome as in X-Cache.
    """

    def __init__(self) -> None:
        self.by_route: dict[CachedRoute, list[int]] = {}
        self.seconds = 0.0
        self.outcomes: Counter[str] = Counter()

    @property
    def hit_ratio(self) -> float:
        """The share of the answers that needed no database; 0 before the first."""
        return sum(self.outcomes[name] for name in _HITS) / max(self.outcomes.total(), 1)

    def of(self, route: CachedRoute) -> list[int]:
        """The counts of a route, to be added to: `[200, 304]`."""
        return self.by_route.setdefault(route, [0, 0])

    def add(self, route: CachedRoute, outcome: str, status: int, count: int = 1) -> None:
        """Count answers of a route."""
        self.outcomes[outcome] += count
        metrics.ANSWERS.labels(route.template, outcome, str(status)).inc(count)

    def flush(self) -> None:
        """Carry everything over."""
        for route, counts in self.by_route.items():
            for place, status in enumerate((200, 304)):
                if counts[place]:
                    self.add(route, LOCAL, status, counts[place])
                    counts[place] = 0
        metrics.HIT_SECONDS.inc(self.seconds)
        self.seconds = 0.0

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
