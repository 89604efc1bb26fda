"""How a worker's cache is: for `/health/detailed`, and as gauges in `/metrics`."""

import asyncio
from contextlib import AbstractAsyncContextManager
from statistics import median
from time import time
from typing import Any

from catalogue.background import beside
from catalogue.caching import metrics
from catalogue.caching.hit_counts import HitCounts
from catalogue.caching.response_cache import ResponseCache
from catalogue.changes.change import DATASETS

GAUGES_EVERY_S = 5.0
"""Looking at every entry takes milliseconds, so it is not done for every hit."""


class CacheObserver:
    """Looks at one worker's cache; it changes nothing."""

    def __init__(self, cache: ResponseCache, counts: HitCounts) -> None:
        self._cache = cache
        self._counts = counts

    def described(self) -> dict[str, Any]:
        """Answers since the start, what is kept and how old it is, and how new it is known to be."""
        cache, feed = self._cache, self._cache.freshness.feed
        self._counts.flush()
        return {
            "hit_ratio": round(self._counts.hit_ratio, 4),
            "answers": dict(self._counts.outcomes),
            "rebuilds": dict(cache.rebuilds),
            "entries": len(cache.local),
            "bytes": cache.local.bytes,
            "evicted": cache.local.evicted,
            "ages_s": self._ages(),
            "redis": "off" if cache.shared is None else str(cache.shared.breaker.state),
            "feed": {"position": feed.position, "connected": feed.connected, "lag_s": round(feed.lag_s, 3)},
            "epochs": self._epochs(),
        }

    def set_gauges(self) -> None:
        """Bring the gauges up to date."""
        self._counts.flush()
        local, ages = self._cache.local, self._ages()
        metrics.HIT_RATIO.set(self._counts.hit_ratio)
        metrics.LOCAL_ENTRIES.set(len(local))
        metrics.LOCAL_BYTES.set(local.bytes)
        metrics.EVICTED.set(local.evicted)
        metrics.OLDEST_SECONDS.set(ages["oldest"])
        for dataset, epoch in self._epochs().items():
            metrics.EPOCH.labels(dataset).set(epoch)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Keep the gauges up to date as long as the context lasts."""
        return beside(self._set_forever)

    async def _set_forever(self) -> None:
        while True:
            self.set_gauges()
            await asyncio.sleep(GAUGES_EVERY_S)

    def _ages(self) -> dict[str, float]:
        """Seconds since the entries in memory were made; 0 without any."""
        now = time()
        kept = (address.entry for address in self._cache.local.addresses())
        ages = [max(0.0, now - entry.made_at) for entry in kept if entry is not None] or [0.0]
        return {"median": round(median(ages), 3), "oldest": round(max(ages), 3)}

    def _epochs(self) -> dict[str, int]:
        """The newest change of each dataset."""
        return {name: self._cache.freshness.feed.epoch(name, ("",)) for name in DATASETS}
