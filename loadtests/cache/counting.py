"""What happened: the server's own counters, and what its answers say of themselves."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

from prometheus_client.multiprocess import MultiProcessCollector

from loadtests.cache.connections import Answer
from loadtests.cache.pacing import Note
from loadtests.writing.report import Finding, at_least, exactly
from loadtests.writing.serving import Served

REBUILDS = "catalogue_cache_rebuilds_total"
REDIS_FAILURES = "catalogue_cache_redis_failures_total"
BREAKER = "catalogue_breaker_open"
LEAST_SHARE = 0.9
"""Of the requests that were wanted; with fewer the load was not what the scenario says."""

_DATABASE_TIME = re.compile(r"db;dur=([\d.]+)")


def counter(served: Served, name: str, **labels: str) -> float:
    """The sum of a counter or gauge over all workers, of the samples with these labels, as it is now.

    Read where the workers write it: `/metrics` tells what was so up to a second ago, each worker of another moment.
    """
    files = [str(file) for kind in ("counter", "gauge") for file in served.metrics.glob(f"{kind}_*.db")]
    families = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
    samples = (sample for family in families for sample in family.samples if sample.name == name)
    return float(sum(sample.value for sample in samples if labels.items() <= sample.labels.items()))


@asynccontextmanager
async def sampled(served: Served, name: str, *, every_s: float) -> AsyncIterator[list[tuple[float, float]]]:
    """Times and values of a metric while the context lasts."""
    loop, values = asyncio.get_running_loop(), list[tuple[float, float]]()

    async def sample() -> None:
        while True:
            values.append((loop.time(), counter(served, name)))
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
    for (_, before), (at, after) in pairwise(values):
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
    started_at: float = field(default_factory=monotonic)

    def note(self, path: str, answer: Answer, seconds: float) -> None:
        self.tiers[answer.tier] += 1
        self.times_s.append(seconds)
        if answer.status not in {200, 304}:
            self.failures[answer.status] += 1
        elif answer.tier in {"MISS", "BYPASS"}:
            timed = _DATABASE_TIME.search(answer.headers.get("server-timing", ""))
            self.rebuilds[path].add(timed.group(1) if timed else "")

    def noting(self, path: str) -> Note:
        return lambda _, answer, seconds: self.note(path, answer, seconds)

    def forget(self) -> None:
        """Begin anew."""
        self.tiers.clear()
        self.failures.clear()
        self.times_s.clear()
        self.rebuilds.clear()
        self.started_at = monotonic()

    @property
    def most_rebuilds(self) -> int:
        """Of any one address."""
        return max(map(len, self.rebuilds.values()), default=0)

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.times_s)
        return ordered[int((len(ordered) - 1) * percent / 100)] * 1_000 if ordered else float("nan")

    def service(self, scenario: str, *, wanted_per_s: float) -> list[Finding]:
        """How the requests fared: failures, how many a second, how long they took."""
        tiers = ", ".join(f"{tier} {count:,}" for tier, count in self.tiers.most_common())
        per_s = len(self.times_s) / (monotonic() - self.started_at)
        return [
            exactly(scenario, "failures", self.failures.total(), 0),
            at_least(scenario, f"requests/s ({tiers})", per_s, wanted_per_s * LEAST_SHARE),
            Finding(scenario, "p99 ms", f"{self.percentile_ms(99):.1f}", "", reached=True),
        ]
