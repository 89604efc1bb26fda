"""One list that everybody asks for, at the moment when it has to be made anew."""

import asyncio
from collections.abc import Sequence

from loadtests.cache.connections import connected
from loadtests.cache.counting import REBUILDS, Seen, bursts, counter, sampled
from loadtests.cache.pacing import asking, flow
from loadtests.cache.stage import Stage
from loadtests.writing.report import Finding, at_least, at_most

PER_S = 1_000
CONNECTIONS = 64
MOST_REBUILDS = 2
LIFE_S = 2.0
_SETTLED_S = 4.0
_SAMPLED_EVERY_S = 0.2
_BURST_S = 1.0


async def invalidated(stage: Stage, *, rounds: int = 15) -> Sequence[Finding]:
    """Somebody changes a product of the list; every worker hears of it at about the same moment."""
    name = f"hot key invalidated, {PER_S:,} requests/s"
    seen, served, rebuilds = Seen(), stage.served, list[float]()
    async with served.database() as database, connected(served.address, CONNECTIONS) as [extra, *connections]:
        category = await database.fetchval("SELECT category FROM products WHERE id = 1")
        path = f"/products?category={category}&sort=price&facets=brand"
        async with flow(connections, asking(lambda _: path), seen.noting(path), per_s=PER_S):
            await asyncio.sleep(_SETTLED_S)
            seen.forget()
            shown = (await extra.ask(path)).json()["items"][0]["id"]
            for _ in range(rounds):
                before = counter(served, REBUILDS)
                await database.execute("UPDATE products SET stock = stock + 1 WHERE id = $1", shown)
                await asyncio.sleep(1)
                rebuilds.append(counter(served, REBUILDS) - before)
    return [
        at_most(name, f"most rebuilds after one of {rounds} changes", max(rebuilds), MOST_REBUILDS),
        at_least(name, "fewest rebuilds", min(rebuilds), 1),
        *seen.service(name, wanted_per_s=PER_S),
    ]


async def expired(stage: Stage, *, seconds: float = 20) -> Sequence[Finding]:
    """Lists live for two seconds here, so the list comes to its end again and again."""
    name = f"hot key expiring, {PER_S:,} requests/s"
    path, seen, served = "/products?sort=price&facets=brand&count=none", Seen(), stage.served
    async with (
        connected(served.address, CONNECTIONS) as connections,
        flow(connections, asking(lambda _: path), seen.noting(path), per_s=PER_S),
    ):
        await asyncio.sleep(_SETTLED_S)
        seen.forget()
        async with sampled(served, REBUILDS, every_s=_SAMPLED_EVERY_S) as values:
            await asyncio.sleep(seconds)
    ends = bursts(values, length_s=_BURST_S)
    return [
        at_most(name, f"most rebuilds at one of {len(ends)} ends", max(ends, default=0), MOST_REBUILDS),
        at_least(name, "ends that were seen", len(ends), seconds / LIFE_S / 2),
        *seen.service(name, wanted_per_s=PER_S),
    ]
