"""Clients that vanish, dawdle or send too much, against the real server."""

import asyncio

import asyncpg
import httpx
import pytest

from tests.conftest import ADMIN_KEY, until
from tests.faults.conftest import Served

pytestmark = pytest.mark.anyio
HALF_OPEN = 200
PARTS = (b"", b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\n", b"POST /")
WAITING = "SELECT count(*) {} 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'catalogue-read'"


async def test_statement_of_a_client_that_leaves_is_cancelled(served: Served) -> None:
    holder = await asyncpg.connect(served.database)
    watcher = await asyncpg.connect(served.database)
    await holder.execute("BEGIN; LOCK TABLE import_jobs IN ACCESS EXCLUSIVE MODE")
    _, leaving = await asyncio.open_connection("127.0.0.1", served.port)
    head = f"GET /api/v1/imports HTTP/1.1\r\nHost: a\r\nX-API-Key: {ADMIN_KEY}\r\n\r\n"
    leaving.write(head.encode())
    await until(watcher, WAITING.format(">="))
    leaving.transport.abort()
    await until(watcher, WAITING.format("<"))
    await holder.execute("ROLLBACK")
    await holder.close()
    await watcher.close()
    async with httpx.AsyncClient(base_url=served.address, headers={"X-API-Key": ADMIN_KEY}) as client:
        answers = [await client.get("/api/v1/imports?limit=1") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}


async def test_read_behind_the_cache_ends_with_the_last_client_that_waits_for_it(served: Served) -> None:
    """Both ask the same at the same time, so they wait for the same statement."""
    holder = await asyncpg.connect(served.database)
    watcher = await asyncpg.connect(served.database)
    await holder.execute("BEGIN; LOCK TABLE terminals IN ACCESS EXCLUSIVE MODE")
    head = f"GET /api/v1/terminals?limit=17 HTTP/1.1\r\nHost: a\r\nX-API-Key: {ADMIN_KEY}\r\n\r\n"
    writers = []
    for _ in range(2):
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head.encode())
        writers.append(writer)
    await until(watcher, WAITING.format(">="))
    for writer in writers:
        writer.transport.abort()
    await until(watcher, WAITING.format("<"))
    await holder.execute("ROLLBACK")
    await holder.close()
    await watcher.close()


async def test_client_that_says_how_long_it_waits_is_answered_then_and_its_statement_ends(
    served: Served,
) -> None:
    holder = await asyncpg.connect(served.database)
    watcher = await asyncpg.connect(served.database)
    await holder.execute("BEGIN; LOCK TABLE trucks, drivers IN ACCESS EXCLUSIVE MODE")
    headers = {"X-API-Key": ADMIN_KEY, "X-Request-Timeout-Ms": "300"}
    async with httpx.AsyncClient(base_url=served.address, headers=headers) as client:
        read = await client.get("/api/v1/trucks?limit=13")
        written = await client.post("/api/v1/drivers", json={"name": "Late", "phone": "1"})
    for answer in (read, written):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    await until(watcher, WAITING.format("<"))
    await holder.execute("ROLLBACK")
    assert await watcher.fetchval("SELECT count(*) FROM drivers WHERE name = 'Late'") == 0
    await holder.close()
    await watcher.close()


async def test_half_open_clients_are_closed_and_others_are_served(served: Served) -> None:
    pairs = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(HALF_OPEN)]
    for number, (_, writer) in enumerate(pairs):
        writer.write(PARTS[number % len(PARTS)])
    async with httpx.AsyncClient(base_url=served.address) as client:
        assert (await client.get("/api/v1/products?limit=1")).status_code == 200
    async with asyncio.timeout(30):
        await asyncio.gather(*(reader.read() for reader, _ in pairs), return_exceptions=True)
    for _, writer in pairs:
        writer.transport.abort()


@pytest.mark.parametrize("declared", ["Content-Length: 5000", "Transfer-Encoding: chunked"])
async def test_body_that_comes_too_slowly_is_given_up(served: Served, declared: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = f"POST /api/v1/drivers HTTP/1.1\r\nHost: a\r\nX-API-Key: {ADMIN_KEY}\r\nContent-Type: application/json\r\n{declared}\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(30):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in answer
    writer.transport.abort()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n",
        b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX-A: " + b"b" * 1_000_000 + b"\r\n\r\n",
        b"GET /api/v1/products?" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
    ],
    ids=["many headers", "large header", "long address", "TLS", "unknown version", "nothing"],
)
async def test_request_that_is_none_or_too_large_is_refused_and_the_server_lives(
    served: Served, head: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(head)
    try:
        async with asyncio.timeout(15):
            answer = await reader.read(4_096)
    except ConnectionResetError:
        answer = b""
    writer.transport.abort()
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    async with httpx.AsyncClient(base_url=served.address) as client:
        assert (await client.get("/health/live")).status_code == 200


async def test_aborted_requests_leak_nothing_and_hurt_nobody(served: Served) -> None:
    async def abort() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        head = f"GET /api/v1/products?sort=price&offset=2000 HTTP/1.1\r\nHost: a\r\nX-API-Key: {ADMIN_KEY}\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        writer.transport.abort()

    async with httpx.AsyncClient(base_url=served.address) as client:
        expected = (await client.get("/api/v1/products?limit=3&count=none")).json()
        for _ in range(10):
            await asyncio.gather(*(abort() for _ in range(50)))
            assert (await client.get("/api/v1/products?limit=3&count=none")).json() == expected
    watcher = await asyncpg.connect(served.database)
    await until(
        watcher,
        "SELECT count(*) = 0 FROM pg_stat_activity"
        " WHERE application_name = 'catalogue-read' AND state <> 'idle' AND datname = current_database()",
    )
    await watcher.close()
