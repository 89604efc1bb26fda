"""Clients that vanish, dawdle or send too much, against the real server."""

import asyncio
import time
from collections.abc import Callable

import asyncpg
import httpx
import pytest

from catalogue.settings import Settings
from tests.conftest import ADMIN_KEY, until
from tests.faults.conftest import Served, serving

pytestmark = pytest.mark.anyio
HALF_OPEN = 200
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


async def test_half_open_clients_are_closed_and_others_are_served(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    with serving(shop, settings_for, HEADER_TIMEOUT_S="2") as served:
        started = time.monotonic()
        pairs = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(HALF_OPEN)]
        for _, writer in pairs:
            writer.write(b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\n")
        async with httpx.AsyncClient(base_url=served.address) as client:
            assert (await client.get("/api/v1/products?limit=1")).status_code == 200
        async with asyncio.timeout(15):
            await asyncio.gather(*(reader.read() for reader, _ in pairs), return_exceptions=True)
        for _, writer in pairs:
            writer.transport.abort()
        print(f"{HALF_OPEN} half-open clients closed within {time.monotonic() - started:.1f} s")  # noqa: T201 - the figure


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
