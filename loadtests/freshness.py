"""`python -m loadtests.freshness`: how old what readers see is, with four workers and 200 writes a second beside them.

A writer numbers its changes of a few products in their stock and notes when each was committed. Readers ask for those
products and see, by the number, how long ago the next one had been committed when they asked. The writer's own read goes
with the token of its write. Exits with 1 when a goal is missed.
"""

import asyncio
import sys
import time
from collections import defaultdict

import asyncpg
import click
import httpx

from catalogue.changes.tokens import ConsistencyToken
from loadtests.databases import seeded_databases
from loadtests.writing.serving import Served, serving

WORKERS = 4
READERS = 4
PRODUCTS = 20
P99_MS = 50.0
OLDEST_MS = 1_000.0
LEAST_READS = 10_000


class Shop:
    """What the writer has committed, and what readers saw; times in seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.committed_at: dict[int, list[float]] = defaultdict(list)
        self.ages_s: list[float] = []
        self.own_reads = 0
        self.violations = 0
        self.failures = 0

    def note(self, product: int, seen: int, asked_at: float) -> None:
        """A read that was sent at `asked_at` showed change number `seen` of a product."""
        times = self.committed_at[product]
        newer = times[seen] if seen < len(times) else asked_at
        self.ages_s.append(max(0.0, asked_at - newer))


@click.command()
@click.option("--seconds", default=60, help="Length of the run.")
@click.option("--writes", default=200, help="Writes a second.")
def main(seconds: int, writes: int) -> None:
    """Measure what readers see while others write."""
    with (
        seeded_databases(products=100_000, orders=0) as environment,
        serving(environment, workers=WORKERS) as served,
    ):
        shop = asyncio.run(_run(served, seconds=seconds, writes=writes))
    ages_ms = sorted(age * 1000 for age in shop.ages_s)
    p99_ms = ages_ms[len(ages_ms) * 99 // 100]
    old = sum(age > OLDEST_MS for age in ages_ms)
    made = sum(map(len, shop.committed_at.values()))
    click.echo(f"writes                   {made / seconds:.0f} a second (wanted: {writes})")
    click.echo(f"checked reads            {len(ages_ms):,} (goal: {LEAST_READS:,})")
    click.echo(f"own reads with the token {shop.own_reads:,}, violations {shop.violations} (goal: 0)")
    click.echo(
        f"age of others' writes    p99 {p99_ms:.1f} ms (goal: {P99_MS:.0f}), oldest {ages_ms[-1]:.0f} ms"
    )
    click.echo(f"older than 1 s           {old} (goal: 0); failed requests {shop.failures} (goal: 0)")
    met = len(ages_ms) >= LEAST_READS and p99_ms <= P99_MS
    sys.exit(0 if met and not (old or shop.violations or shop.failures) else 1)


async def _run(served: Served, *, seconds: int, writes: int) -> Shop:
    shop = Shop()
    async with served.client(READERS * 2) as client, served.database() as connection:
        await connection.execute("UPDATE products SET stock = 0 WHERE id <= $1", PRODUCTS)
        await asyncio.sleep(1)
        done = asyncio.Event()
        readers = [asyncio.create_task(_read(client, shop, done, start)) for start in range(READERS)]
        await _write(connection, client, shop, seconds=seconds, writes=writes)
        done.set()
        await asyncio.gather(*readers)
    return shop


async def _write(
    connection: asyncpg.Connection, client: httpx.AsyncClient, shop: Shop, *, seconds: int, writes: int
) -> None:
    started = time.monotonic()
    number = 0
    while (now := time.monotonic()) < started + seconds:
        product = 1 + number % PRODUCTS
        await connection.execute("UPDATE products SET stock = stock + 1 WHERE id = $1", product)
        shop.committed_at[product].append(time.monotonic())
        if number % writes == 0:
            await _read_own(connection, client, shop, product)
        number += 1
        await asyncio.sleep(max(0.0, started + number / writes - now))


async def _read_own(
    connection: asyncpg.Connection, client: httpx.AsyncClient, shop: Shop, product: int
) -> None:
    position = await connection.fetchval("SELECT max(position) FROM changes")
    token = str(ConsistencyToken(position, 0))
    for _ in range(WORKERS):
        answer = await client.get(f"/products/{product}", headers={"Consistency-Token": token})
        shop.own_reads += 1
        shop.violations += answer.json()["stock"] < len(shop.committed_at[product])


async def _read(client: httpx.AsyncClient, shop: Shop, done: asyncio.Event, start: int) -> None:
    product = start
    while not done.is_set():
        product = product % PRODUCTS + 1
        asked_at = time.monotonic()
        answer = await client.get(f"/products/{product}")
        if answer.status_code == 200:
            shop.note(product, answer.json()["stock"], asked_at)
        else:
            shop.failures += 1


if __name__ == "__main__":
    main()
