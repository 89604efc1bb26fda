"""`python -m loadtests.benchmarks.feed_cost`: what the change feed adds to writing, against its triggers switched off.

Both ways are timed on one table in one run, in rounds that take turns, on a durable server: a write is what a
client waits for, its commit included. The figure is the median of the rounds' ratios. Exit code 1: over a goal.
"""

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import asyncpg
import click

from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.databases import seeded_databases

UPDATES = 100
COPIED = 5_000
GOALS = {"single-row update": 1.20, f"COPY of {COPIED:,} rows": 1.10}
ROUNDS = (100, 10)
"""Of each kind. Full pages that the server writes after a checkpoint make single updates differ most."""

_COLUMNS = ("sku", "name", "description", "category", "brand", "price", "currency")
_EVENTS = ("insert", "update", "delete")
_UPDATE = "UPDATE products SET price = price + 0.01, version = version + 1, updated_at = now() WHERE id = $1"
_VALUES = "SELECT 'feed cost', repeat('words of a description ', 8), category, brand, 1, 'EUR' FROM products LIMIT 1"

Timed = Callable[[int], Awaitable[float]]


class FeedCost:
    """Writes on one connection, with and without the feed."""

    def __init__(self, connection: asyncpg.Connection, ids: list[int]) -> None:
        self._connection = connection
        self._ids = ids

    async def measure(self) -> dict[str, float]:
        """The ratio of each kind of write: with the feed over without it."""
        kinds = zip(GOALS, (self._update, self._copy), ROUNDS, strict=True)
        return {name: await self._ratio(timed, rounds) for name, timed, rounds in kinds}

    async def _ratio(self, timed: Timed, rounds: int) -> float:
        ratios = []
        for number in range(rounds):
            taken = {}
            for fed in (True, False) if number % 2 else (False, True):
                await self._switch(on=fed)
                await timed(number)
                taken[fed] = await timed(number)
            ratios.append(taken[True] / taken[False])
        await self._switch(on=True)
        return statistics.median(ratios)

    async def _switch(self, *, on: bool) -> None:
        verb = "ENABLE" if on else "DISABLE"
        for event in _EVENTS:
            await self._connection.execute(f"ALTER TABLE products {verb} TRIGGER log_changes_{event}")

    async def _update(self, number: int) -> float:
        ids = [self._ids[(number * UPDATES + step) * 37 % len(self._ids)] for step in range(UPDATES)]
        started = perf_counter()
        for identity in ids:
            await self._connection.execute(_UPDATE, identity)
        return perf_counter() - started

    async def _copy(self, number: int) -> float:
        [values] = await self._connection.fetch(_VALUES)
        records = [(f"feed-cost-{number}-{row}", *values.values()) for row in range(COPIED)]
        started = perf_counter()
        await self._connection.copy_records_to_table("products", records=records, columns=_COLUMNS)
        taken = perf_counter() - started
        await self._connection.execute("DELETE FROM products WHERE sku LIKE 'feed-cost-%'")
        return taken


async def measure(database_url: str) -> dict[str, float]:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT id FROM products ORDER BY id LIMIT 20000")
        return await FeedCost(connection, [row["id"] for row in rows]).measure()
    finally:
        await connection.close()


@click.command()
def main() -> None:
    """Print what the change feed costs a write, and hold it to its goals."""
    settings = BenchmarkSettings()
    with seeded_databases(products=settings.products, orders=0) as environment:
        ratios = asyncio.run(measure(environment["DATABASE_URL"]))
    for name, ratio in ratios.items():
        click.echo(f"{name}: {ratio:.2f} of the time without the feed (goal ≤ {GOALS[name]:.2f})")
    sys.exit(1 if any(ratio > GOALS[name] for name, ratio in ratios.items()) else 0)


if __name__ == "__main__":
    main()
