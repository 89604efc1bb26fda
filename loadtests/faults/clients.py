"""Clients that hold connections open and say nothing, and clients that leave before the answer."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from statistics import median
from time import perf_counter

import asyncpg
import psutil

from loadtests.faults.asked import Asked, percentile
from loadtests.faults.asking import ask_at
from loadtests.faults.place import API, Place
from loadtests.ports import LOOPBACK
from loadtests.writing.report import Finding, at_least, at_most, exactly

_RATE = 100
_ROUNDS = 3
_ROUND_S = 10
_BURST = 50
_SETTLED_S = 20.0
_RUNNING = """
SELECT concat_ws(' ', application_name, state, wait_event, now() - query_start, left(query, 200)) FROM pg_stat_activity
WHERE application_name IN ('catalogue-read', 'catalogue-write') AND state <> 'idle' AND least(xact_start, query_start) < $1
"""
_PARTS = (b"", b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\n", b"POST /api/v1/orders HTTP/1.1\r\nX: ")


async def half_open(place: Place, *, count: int) -> Sequence[Finding]:
    """Rounds with and without them in turns, so that a busy machine moves both alike."""
    alone, beside, closed_s = [], [], []
    for _ in range(_ROUNDS):
        alone.append(percentile((await _others(place)).times(200), 99))
        holders = [await _hold(place.port, part) for part in random.Random(2).choices(_PARTS, k=count)]
        started = perf_counter()
        waiting = asyncio.create_task(_all_closed(holders, started))
        beside.append(percentile((await _others(place)).times(200), 99))
        closed_s.append(await waiting)
    name = f"{count:,} half-open clients"
    return [
        at_most(name, "closed after at most, s", max(closed_s), 15),
        at_least(name, "p99 of others without them, ms", median(alone), 0),
        at_most(name, "p99 of others beside them, of that", median(beside) / median(alone), 1.2),
    ]


async def _others(place: Place) -> Asked:
    return await ask_at(
        place.port,
        lambda number: f"{API}/products?limit=20&offset={number % 200}",
        per_second=_RATE,
        seconds=_ROUND_S,
    )


async def _hold(port: int, part: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(part)
    return reader, writer


async def _all_closed(
    holders: Sequence[tuple[asyncio.StreamReader, asyncio.StreamWriter]], started: float
) -> float:
    async def closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()

    await asyncio.gather(*(closed(*holder) for holder in holders))
    return perf_counter() - started


async def aborted(place: Place, *, count: int) -> Sequence[Finding]:
    """Clients that leave at random moments, while others ask and must get what is theirs."""
    async with place.client() as client, place.database() as database:
        await client.get("/products?limit=1")
        process = psutil.Process(place.server.pid)
        before = await _sockets(process)
        dice, wrong, asked = random.Random(3), 0, 0
        for turn in range(count // _BURST):
            leaving = asyncio.gather(*(_leave(place.port, dice) for _ in range(_BURST)))
            number = turn % 100 + 1
            answer = await client.get(f"/products/{number}")
            await leaving
            asked += 1
            wrong += answer.status_code != 200 or answer.json()["id"] != number
        left_at = await database.fetchval("SELECT now()")
        busy, after, health = await _settled(place, process, before)
        running = await _still_running(database, left_at)
    name = f"{count:,} aborted requests"
    return [
        exactly(name, "connections that stay", max(0, after - before), 0),
        exactly(name, "places that stay taken", busy, 0),
        exactly(name, " ".join(["statements that still run", *running]), len(running), 0),
        exactly(name, f"wrong answers to others, of {asked}", wrong, 0),
        exactly(name, "health afterwards is up", int(health == "up"), 1),
    ]


async def _still_running(database: asyncpg.Connection, left_at: datetime) -> list[str]:
    """Statements and transactions that were begun before the last client left and do not end within a moment.

    What the server does in the background goes on, too, but each time with another statement.
    """
    running: list[str] = []
    for _ in range(20):
        running = [row[0] for row in await database.fetch(_RUNNING, left_at)]
        if not running:
            break
        await asyncio.sleep(0.1)
    return running


async def _leave(port: int, dice: random.Random) -> None:
    """Ask for something dear, and go at some moment within the time that it takes."""
    addresses = (
        f"/products?min_price={dice.randrange(1, 90_000) / 1000}&facets=category,brand&limit=50",
        f"/products?q=cam{dice.choice('aeiou')}&limit=50",
        f"/products/{dice.randrange(1, 20_000)}",
        f"/products/export?format=csv&min_price={dice.randrange(1, 100)}",
    )
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(f"GET {API}{dice.choice(addresses)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await asyncio.sleep(dice.random() ** 3 * 0.15)
    writer.transport.abort()


async def _settled(place: Place, process: psutil.Process, before: int) -> tuple[int, int, str]:
    """Places taken, sockets and health once nothing changes any more."""
    until = perf_counter() + _SETTLED_S
    async with place.client() as client:
        while True:
            health = (await client.get(f"{place.address}/health/detailed")).json()
            busy = sum(kind["running"] + kind["waiting"] for kind in health["places"].values())
            sockets = await _sockets(process)
            if (not busy and sockets <= before) or perf_counter() > until:
                return busy, sockets, str(health["status"])
            await asyncio.sleep(0.2)


async def _sockets(process: psutil.Process) -> int:
    """Connections that clients have with the server and its workers."""
    family = [process, *process.children(recursive=True)]
    return sum(
        connection.status in {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT}
        for member in family
        for connection in member.net_connections("tcp")
    )
