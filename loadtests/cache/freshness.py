"""How old what readers see is, while others write and while the feeds lose their connections."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import asyncpg

from loadtests.cache.connections import Answer, Connection, connected
from loadtests.cache.ledger import OLDEST_MS, Ledger
from loadtests.cache.pacing import flow
from loadtests.cache.stage import Stage
from loadtests.cache.writers import write_with_api, write_with_sql
from loadtests.writing.report import Finding, at_least, at_most, exactly

SECONDS = 60
WRITES_PER_S = 200
READS_PER_S = 250
API_WRITERS = 5
SQL_WRITERS = 5
PRODUCTS_EACH = 4
P99_MS = 50.0
LEAST_READS = 10_000
KILLS = 5
_READERS = 32
_FEEDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'catalogue-feed' AND datname = current_database()"


async def written(stage: Stage) -> Sequence[Finding]:
    """Half of the writes through the API, half with SQL."""
    name = f"{WRITES_PER_S} writes/s for {SECONDS} s, {stage.workers} workers"
    async with _shop(stage, writes_per_s=WRITES_PER_S, api_share=0.5) as ledger:
        await asyncio.sleep(SECONDS)
    return [
        at_least(name, "writes/s", ledger.writes / SECONDS, WRITES_PER_S * 0.95),
        exactly(
            name, f"writes not seen by who made them, of {ledger.own_reads:,} reads", ledger.violations, 0
        ),
        at_least(name, "checked reads of others' writes", len(ledger.ages_s), LEAST_READS),
        at_most(name, "p99 of their age, ms", ledger.age_ms(99), P99_MS),
        exactly(name, "older than 1 s", ledger.older_than_a_second, 0),
        Finding(name, "oldest, ms", f"{ledger.age_ms(100):.0f}", "", reached=True),
        _refusals(name, ledger),
    ]


async def terminated(stage: Stage) -> Sequence[Finding]:
    """pg_terminate_backend for every worker's listener, again and again, while others write."""
    name = f"listeners' connections ended {KILLS} times"
    ended = 0
    async with _shop(stage, writes_per_s=50, api_share=0) as ledger, stage.served.database() as database:
        for _ in range(KILLS):
            await asyncio.sleep(2)
            ended += len(await database.fetch(f"SELECT pg_terminate_backend(pid) FROM ({_FEEDS}) AS feeds"))  # noqa: S608 - our own text
        await asyncio.sleep(2)
    return [
        at_least(name, "connections that were ended", ended, KILLS),
        *_ages(name, ledger),
        _refusals(name, ledger),
    ]


async def killed(stage: Stage) -> Sequence[Finding]:
    """kill -9 of a listener's backend: PostgreSQL ends all its connections and recovers."""
    name = "kill -9 of a listener's backend"
    async with _shop(stage, writes_per_s=50, api_share=0) as ledger:
        await asyncio.sleep(5)
        async with stage.served.database() as database:
            backend = await database.fetchval(f"{_FEEDS} LIMIT 1")
        os.kill(backend, signal.SIGKILL)
        gone_at, before = monotonic(), ledger.writes
        while ledger.writes < before + 250:  # noqa: ASYNC110 - writers say so
            await asyncio.sleep(0.1)
    return [
        *_ages(name, ledger),
        at_most(
            name,
            f"STALE, of {len(ledger.stale_at):,}, after writes came through again, ms",
            ledger.stale_after_return_ms(gone_at),
            OLDEST_MS,
        ),
        Finding(name, "refused while it recovered", f"{ledger.refusals.total():,}", "", reached=True),
    ]


def _refusals(name: str, ledger: Ledger) -> Finding:
    why = ledger.refused()
    return exactly(name, f"refused ({why})" if why else "refused", ledger.refusals.total(), 0)


def _ages(name: str, ledger: Ledger) -> list[Finding]:
    return [
        at_most(name, f"oldest of {len(ledger.ages_s):,} reads, ms", ledger.age_ms(100), OLDEST_MS),
        Finding(name, "p99 of their age, ms", f"{ledger.age_ms(99):.0f}", "", reached=True),
    ]


@asynccontextmanager
async def _shop(stage: Stage, *, writes_per_s: float, api_share: float) -> AsyncIterator[Ledger]:
    """Writers and readers of a few products, as long as the context lasts."""
    ledger, stopped = Ledger(), asyncio.Event()
    api_writers = API_WRITERS if api_share else 0
    products = list(range(1, (api_writers + SQL_WRITERS) * PRODUCTS_EACH + 1))
    await _reset(stage.served.database_url, products)
    shares = [products[start :: api_writers + SQL_WRITERS] for start in range(api_writers + SQL_WRITERS)]
    async with AsyncExitStack() as stack:
        writers = []
        for own in shares[:api_writers]:
            connections = await stack.enter_async_context(connected(stage.served.address, 5))
            per_s = writes_per_s * api_share / api_writers
            writers.append(write_with_api(connections, ledger, own, per_s=per_s, until=stopped.is_set))
        for own in shares[api_writers:]:
            per_s = writes_per_s * (1 - api_share) / SQL_WRITERS
            url = stage.served.database_url
            writers.append(write_with_sql(url, ledger, own, per_s=per_s, until=stopped.is_set))
        readers = await stack.enter_async_context(connected(stage.served.address, _READERS))
        await stack.enter_async_context(_reading(readers, ledger, products))
        writing = asyncio.gather(*writers)
        try:
            yield ledger
        finally:
            stopped.set()
            await writing


@asynccontextmanager
async def _reading(
    readers: Sequence[Connection], ledger: Ledger, products: Sequence[int]
) -> AsyncIterator[None]:
    async def ask(connection: Connection, number: int) -> Answer:
        product, asked_at = products[number % len(products)], monotonic()
        answer = await connection.ask(f"/products/{product}")
        ledger.seen(product, answer, asked_at)
        return answer

    async with flow(readers, ask, lambda *_: None, per_s=READS_PER_S):
        yield


async def _reset(database_url: str, products: Sequence[int]) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("UPDATE products SET stock = 0 WHERE id = ANY ($1)", products)
    finally:
        await connection.close()
    await asyncio.sleep(1)
