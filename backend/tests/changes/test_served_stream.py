"""The event stream of the real server process: what goes over the wire, clients that leave, a server that stops."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import asyncpg
import httpx
import pytest
import stamina

from catalogue.settings import Settings
from loadtests.ports import free_port

pytestmark = pytest.mark.anyio
Server = tuple[str, "subprocess.Popen[bytes]"]


@pytest.fixture
async def server(
    database: str, connection: asyncpg.Connection, settings_for: Callable[..., Settings]
) -> AsyncIterator[Server]:
    """The address of a server process on the test's database, and the process."""
    port = free_port()
    settings_for(database, PORT=str(port), CHANGES_MAX_CLIENTS="2", SHUTDOWN_TIMEOUT_S="30")
    process = subprocess.Popen([sys.executable, "-m", "catalogue.running.server"], stdin=subprocess.PIPE)  # noqa: ASYNC220
    assert process.stdin is not None
    process.stdin.write(json.dumps(dict(os.environ)).encode() + b"\n")
    process.stdin.flush()
    address = f"http://127.0.0.1:{port}"
    async for attempt in stamina.retry_context(on=httpx.HTTPError, timeout=30, attempts=None, wait_max=0.1):
        with attempt:
            async with httpx.AsyncClient() as client:
                (await client.get(f"{address}/health/ready")).raise_for_status()
    yield address, process
    process.terminate()
    process.communicate(timeout=40)


@asynccontextmanager
async def following(address: str, **headers: str) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[str]]]:
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"{address}/api/v1/changes?dataset=products", headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        if answer.status_code == 200:
            assert (await anext(lines)).startswith(":")
        yield answer, lines


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
async def test_event_arrives_as_it_happens(
    encoding: str, server: Server, connection: asyncpg.Connection
) -> None:
    async with following(server[0], **{"Accept-Encoding": encoding}) as (answer, lines):
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
        data = await anext(line async for line in lines if line.startswith("data:"))
        assert json.loads(data.removeprefix("data:"))["ids"] == [1]


async def test_client_that_leaves_makes_room_for_another(server: Server) -> None:
    async with following(server[0]), following(server[0]), following(server[0]) as (refused, _):
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    async for attempt in stamina.retry_context(on=AssertionError, timeout=10, attempts=None, wait_max=0.1):
        with attempt:
            async with following(server[0]) as (answer, _), following(server[0]) as (other, _):
                assert (answer.status_code, other.status_code) == (200, 200)


async def test_server_stops_at_once_with_clients_on_line(server: Server) -> None:
    address, process = server
    async with following(address) as (_, lines), following(address):
        started = monotonic()
        process.terminate()
        with pytest.raises((httpx.HTTPError, StopAsyncIteration)):  # noqa: PT012
            while True:
                await anext(lines)
        process.wait(timeout=20)
        assert monotonic() - started < 5
