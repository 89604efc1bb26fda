"""What happened: the server's own counters, and what its answers say of themselves."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from loadtests.cache.connections import Answer, connected
from loadtests.writing.serving import Served

REBUILDS = "catalogue_cache_rebuilds_total"
BREAKER = "catalogue_cache_redis_breaker_open"
_DATABASE_TIME = re.compile(r"db;dur=([\d.]+)")


async def counter(served: Served, name: str) -> float:
    """The sum of a metric over all workers and labels."""
    async with connected(served.address.removesuffix("/api/v1"), 1) as [connection]:
        text = (await connection.ask("/metrics")).body.decode()
    families = text_string_to_metric_families(text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


@asynccontextmanager
async def sampled(served: Served, name: str, *, every_s: float) -> AsyncIterator[list[tuple[float, float]]]:
    """Times and values of a metric while the context lasts."""
    loop, values = asyncio.get_running_loop(), list[tuple[float, float]]()

    async def sample() -> None:
        while True:
            values.append((loop.time(), await counter(served, name)))
            await asyncio.sleep(every_s)

    task = asyncio.create_task(sample())
    try:
        yield values
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def bursts(values: list[tuple[float, float]], *, length_s: float) -> list[float]:
    """How much a metric rose, by bursts: what follows within `length_s` of a first rise belongs to it."""
    found: list[float] = []
    started = float("-inf")
    for (_, before), (at, after) in zip(values, values[1:], strict=False):
        if after <= before:
            continue
        if at - started > length_s:
            started = at
            found.append(0.0)
        found[-1] += after - before
    return found


@dataclass(slots=True)
class Seen:
    """Answers by tier, failures, and times in seconds from when each was due.

    Those who wait for the same rebuild get its time in the database with it, so different times of one
    address are different rebuilds.
    """

    tiers: Counter[str] = field(default_factory=Counter)
    failures: Counter[int] = field(default_factory=Counter)
    times_s: list[float] = field(default_factory=list)
    rebuilds: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, path: str, answer: Answer, seconds: float) -> None:
        self.tiers[answer.tier] += 1
        self.times_s.append(seconds)
        if answer.status not in {200, 304}:
            self.failures[answer.status] += 1
        elif answer.tier in {"MISS", "BYPASS"}:
            timed = _DATABASE_TIME.search(answer.headers.get("server-timing", ""))
            self.rebuilds[path].add(timed.group(1) if timed else "")

    @property
    def most_rebuilds(self) -> int:
        """Of any one address."""
        return max(map(len, self.rebuilds.values()), default=0)

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.times_s)
        return ordered[int((len(ordered) - 1) * percent / 100)] * 1_000 if ordered else float("nan")

    def hit_share(self) -> float:
        hits = self.tiers["HIT-LOCAL"] + self.tiers["HIT-SHARED"] + self.tiers["STALE"]
        return hits / max(self.tiers.total(), 1)
