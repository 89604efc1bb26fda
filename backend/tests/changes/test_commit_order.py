"""Under concurrent writers, killed connections and clients that come back: commit order, nothing lost, nothing twice."""

import asyncio
import random
from contextlib import aclosing

import asyncpg
import orjson
import pytest

from catalogue.changes.feed import ChangeFeed
from catalogue.changes.reading import ChangeLog
from catalogue.changes.request import parse_stream_request
from catalogue.changes.stream import ChangeStreams
from catalogue.db.reading import ReadSession, read_pool
from catalogue.settings import DatabaseSettings

pytestmark = pytest.mark.anyio
WRITERS = 6
TRANSACTIONS = 25
NEWEST = "SELECT max(position) FROM changes"


def thrown(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - not for secrets


async def write(database: str, product: int, dice: random.Random) -> None:
    """Transactions of several statements and random length; some are rolled back."""
    connection = await asyncpg.connect(database)
    for number in range(TRANSACTIONS):
        transaction = connection.transaction()
        await transaction.start()
        for step in range(dice.randint(1, 3)):
            stock = number * 10 + step
            await connection.execute("UPDATE products SET stock = $2 WHERE id = $1", product, stock)
            await connection.execute("SELECT pg_sleep($1)", dice.random() * 0.004)
        await (transaction.rollback() if dice.random() < 0.2 else transaction.commit())
    await connection.close()


async def kill_listeners(database: str, stop: asyncio.Event) -> int:
    connection = await asyncpg.connect(database)
    killed = 0
    while not stop.is_set():
        killed += await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'catalogue-feed' AND datname = current_database()"
        )
        await connection.execute("SELECT pg_sleep(0.1)")
    await connection.close()
    return killed


async def follow(
    streams: ChangeStreams, since: int, last: "asyncio.Future[int]", dice: random.Random
) -> list[int]:
    """Read the stream until the last position, leaving and coming back at random."""
    seen: list[int] = []
    while not (last.done() and since >= last.result()):
        asked = parse_stream_request(f"dataset=products&since={since}".encode(), None, {})
        async with aclosing(await streams.open(asked)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                for line in piece.decode().splitlines():
                    if line.startswith("data: "):
                        since = orjson.loads(line.removeprefix("data: "))["position"]
                        seen.append(since)
                if dice.random() < 0.2 or (last.done() and since >= last.result()):
                    break
    return seen


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_commit_is_heard_once_in_commit_order(
    seed: int,
    feed: ChangeFeed,
    database: str,
    connection: asyncpg.Connection,
) -> None:
    heard: list[int] = []
    before = await connection.fetchval(NEWEST)
    feed.subscribe(lambda change: heard.append(change.position if change else -1))
    stop, last = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with read_pool(DatabaseSettings(database_url=database)) as pool, asyncio.timeout(120):
        streams = ChangeStreams(feed, ChangeLog(ReadSession(pool, wait_s=5)), max_clients=10)
        killer = asyncio.create_task(kill_listeners(database, stop))
        clients = [asyncio.create_task(follow(streams, before, last, thrown(seed + n))) for n in range(3)]
        await asyncio.gather(*(write(database, 1 + n % 4, thrown(seed * 10 + n)) for n in range(WRITERS)))
        stop.set()
        assert await killer > 0
        last.set_result(await connection.fetchval(NEWEST))
        assert await feed.reached(last.result(), timeout_s=10)
        logged = await connection.fetch(
            "SELECT position FROM changes WHERE position > $1 ORDER BY position", before
        )
        assert heard == [row["position"] for row in logged]
        assert [await client for client in clients] == [heard] * 3
    await assert_log_is_in_commit_order(connection, before)


async def assert_log_is_in_commit_order(connection: asyncpg.Connection, before: int) -> None:
    """Writers of one row wait for each other, so its values in the log must lead from each to the next."""
    rows = await connection.fetch(
        "SELECT ids[1] AS id, field_values->0->'old'->>'stock' AS old, field_values->0->'new'->>'stock' AS new"
        " FROM changes WHERE position > $1 AND operation = 'update' ORDER BY position",
        before,
    )
    stock: dict[int, str] = {}
    for row in rows:
        assert stock.get(row["id"], row["old"]) == row["old"]
        stock[row["id"]] = row["new"]
    assert len(stock) == 4
    assert {
        str(found)
        for found in await connection.fetchval("SELECT array_agg(stock) FROM products WHERE id <= 4")
    } == set(stock.values())
