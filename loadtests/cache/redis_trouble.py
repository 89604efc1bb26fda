"""Redis wiped and Redis frozen, under load."""

import asyncio
from collections.abc import Sequence
from time import monotonic

from loadtests.cache.connections import connected
from loadtests.cache.counting import BREAKER, REDIS_FAILURES, Seen, counter
from loadtests.cache.pacing import asking, flow
from loadtests.cache.stage import Stage
from loadtests.writing.report import Finding, at_most, exactly

WIPED_PER_S = 1_000
KEYS = 40
MOST_REBUILDS = 3
FROZEN_PER_S = 100
MARGIN_MS = 20.0
_CONNECTIONS = 64
_SETTLED_S = 4.0
_LONGEST_S = 20.0


async def wiped(stage: Stage, *, times: int = 4) -> Sequence[Finding]:
    """FLUSHALL while many lists are asked for."""
    name = f"FLUSHALL, {KEYS} lists, {WIPED_PER_S:,} requests/s"
    seen, most, failures = Seen(), 0, 0
    paths = [f"/products?sort=price&count=none&offset={number * 50}" for number in range(KEYS)]

    def note(number: int, answer: object, seconds: float) -> None:
        seen.note(paths[number % KEYS], answer, seconds)  # type: ignore[arg-type]

    async with (
        connected(stage.served.address, _CONNECTIONS) as connections,
        flow(connections, asking(lambda number: paths[number % KEYS]), note, per_s=WIPED_PER_S),
    ):
        await asyncio.sleep(_SETTLED_S)
        seen.forget()
        unanswered = counter(stage.served, REDIS_FAILURES)
        for _ in range(times):
            seen.rebuilds.clear()
            stage.wipe_redis()
            await asyncio.sleep(3)
            most, failures = max(most, seen.most_rebuilds), seen.failures.total()
        unanswered = counter(stage.served, REDIS_FAILURES) - unanswered
    return [
        at_most(name, f"most rebuilds of a list after one of {times}", most, MOST_REBUILDS),
        Finding(name, "commands that Redis did not answer in time", f"{unanswered:,.0f}", "", reached=True),
        *seen.service(name, wanted_per_s=WIPED_PER_S),
        exactly(name, "errors", failures, 0),
    ]


async def frozen(stage: Stage, *, seconds: float = 10) -> Sequence[Finding]:
    """Lists that nobody asked for before: with Redis, with Redis frozen until the breakers open, and after that."""
    name = f"Redis frozen, {FROZEN_PER_S} new lists/s"
    cold, opening, opened = Seen(), Seen(), Seen()
    seen = [cold]

    def note(_: int, answer: object, took_s: float) -> None:
        seen[0].note("", answer, took_s)  # type: ignore[arg-type]

    def path(number: int) -> str:
        return f"/products?sort=price&count=none&min_price={number / 100:.2f}"

    async with (
        connected(stage.served.address, _CONNECTIONS) as connections,
        flow(connections, asking(path), note, per_s=FROZEN_PER_S),
    ):
        await asyncio.sleep(_SETTLED_S)
        cold.forget()
        await asyncio.sleep(seconds)
        with stage.frozen_redis():
            frozen_at, seen[0] = monotonic(), opening
            await _until_breakers(stage, stage.workers)
            open_after_s, seen[0] = monotonic() - frozen_at, opened
            await asyncio.sleep(seconds)
        thawed_at = monotonic()
        await _until_breakers(stage, 0)
        healed_after_s = monotonic() - thawed_at
    failures = sum(phase.failures.total() for phase in (cold, opening, opened))
    allowed_ms = cold.percentile_ms(99) + MARGIN_MS
    return [
        exactly(name, "failures", failures, 0),
        Finding(name, "p99 ms with Redis", f"{cold.percentile_ms(99):.1f}", "", reached=True),
        Finding(
            name,
            f"p99 ms until all breakers are open, {open_after_s:.1f} s",
            f"{opening.percentile_ms(99):.1f}",
            "",
            reached=True,
        ),
        at_most(
            name, f"p99 ms after that ({len(opened.times_s):,} answers)", opened.percentile_ms(99), allowed_ms
        ),
        at_most(name, "seconds until it is used again", healed_after_s, 5),
    ]


async def _until_breakers(stage: Stage, count: int) -> None:
    """Wait until so many workers leave Redis alone. Raises TimeoutError."""
    async with asyncio.timeout(_LONGEST_S):
        while counter(stage.served, BREAKER, breaker="redis-cache") != count:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.1)
