"""One list that everybody asks for, on the moment when it has to be made anew."""

import asyncio
from collections.abc import Sequence

from loadtests.cache.connections import Answer, Connection, connected
from loadtests.cache.counting import REBUILDS, Seen, bursts, counter, sampled
from loadtests.cache.pacing import flow
from loadtests.writing.report import Finding, at_least, at_most, exactly
from loadtests.writing.serving import Served

PER_S = 1_000
CONNECTIONS = 64
MOST_REBUILDS = 2
LIFE_S = 2.0
_SETTLED_S = 2.0
_SAMPLED_EVERY_S = 0.2
_BURST_S = 1.0


async def invalidated(served: Served, *, rounds: int = 15) -> Sequence[Finding]:
    """Somebody changes a product of the list; every worker hears of it at about the same moment."""
    name = f"hot key invalidated, {PER_S:,} requests/s"
    most = 0.0
    async with served.database() as database, connected(served.address, CONNECTIONS) as connections:
        row = await database.fetchrow("SELECT min(id) AS id, category FROM products GROUP BY category LIMIT 1")
        path, seen = f"/products?category={row['category']}&sort=price&facets=brand", Seen()
        async with flow(connections, _asking(path), _noting(path, seen), per_s=PER_S):
            await asyncio.sleep(_SETTLED_S)
            for _ in range(rounds):
                before = await counter(served, REBUILDS)
                await database.execute("UPDATE products SET stock = stock + 1 WHERE id = $1", row["id"])
                await asyncio.sleep(1)
                most = max(most, await counter(served, REBUILDS) - before)
    rebuilt = f"most rebuilds after a change, {rounds} changes"
    return [at_most(name, rebuilt, most, MOST_REBUILDS), *_service(name, seen, seconds=_SETTLED_S + rounds)]


async def expired(served: Served, *, seconds: float = 20) -> Sequence[Finding]:
    """Lists live for two seconds here, so the list comes to its end again and again."""
    name = f"hot key expiring, {PER_S:,} requests/s"
    path, seen = "/products?sort=price&facets=brand&count=none", Seen()
    async with (
        connected(served.address, CONNECTIONS) as connections,
        flow(connections, _asking(path), _noting(path, seen), per_s=PER_S),
    ):
        await asyncio.sleep(_SETTLED_S)
        async with sampled(served, REBUILDS, every_s=_SAMPLED_EVERY_S) as values:
            await asyncio.sleep(seconds)
    ends = bursts(values, length_s=_BURST_S)
    rebuilt = f"most rebuilds at an end, {len(ends)} ends"
    return [
        at_most(name, rebuilt, max(ends, default=0), MOST_REBUILDS),
        at_least(name, "ends that were seen", len(ends), seconds / LIFE_S / 2),
        *_service(name, seen, seconds=_SETTLED_S + seconds),
    ]


def _asking(path: str):  # type: ignore[no-untyped-def]
    async def ask(connection: Connection, _: int) -> Answer:
        return await connection.ask(path)

    return ask


def _noting(path: str, seen: Seen):  # type: ignore[no-untyped-def]
    return lambda _, answer, seconds: seen.note(path, answer, seconds)


def _service(name: str, seen: Seen, *, seconds: float) -> list[Finding]:
    tiers = ", ".join(f"{tier} {count:,}" for tier, count in seen.tiers.most_common())
    return [
        exactly(name, "failures", seen.failures.total(), 0),
        at_least(name, f"requests/s ({tiers})", len(seen.times_s) / seconds, PER_S * 0.9),
        Finding(name, "p99 ms", f"{seen.percentile_ms(99):.1f}", "", reached=True),
    ]
