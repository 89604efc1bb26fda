"""A server with several workers that can be killed, on a copy of a database that may be written."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from catalogue.db.urls import driver_url
from catalogue.running.server_process import ServerProcess
from catalogue.running.shared_metrics import FOLDER, shared_metrics
from loadtests.keys import SHOWN
from loadtests.ports import LOOPBACK, free_port

_SECONDS_TO_FINISH = 5
_SETTLED_S = 6.0
_TEMPLATE = "template1"
_SERVER_MODULE = "catalogue.running.server"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, its database, its workers, and the folder of their figures."""

    address: str
    database_url: str
    process: psutil.Process
    metrics: Path

    def workers(self) -> list[psutil.Process]:
        return [child for child in self.process.children() if child.name() == self.process.name()]

    def kill_all_workers(self) -> None:
        """As a power cut would; the server starts others."""
        for worker in self.workers():
            _kill(worker)

    def kill_a_worker(self) -> int:
        """Kill one that has run for a while; returns how many that were.

        The server gives up when one that it has just started dies: it would die again.
        """
        settled = [worker for worker in self.workers() if time.time() - worker.create_time() > _SETTLED_S]
        return _kill(random.choice(settled)) if settled else 0

    @asynccontextmanager
    async def client(self, connections: int) -> AsyncIterator[httpx.AsyncClient]:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        async with httpx.AsyncClient(
            base_url=self.address, headers=SHOWN, limits=limits, timeout=30
        ) as client:
            yield client

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.database_url)
        try:
            yield connection
        finally:
            await connection.close()


def _kill(worker: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        worker.send_signal(signal.SIGKILL)
        return 1
    return 0


@contextmanager
def serving(environment: Mapping[str, str], *, workers: int) -> Iterator[Served]:
    """Serve the API on a copy of the environment's database, which goes afterwards."""
    with copied_database(environment["DATABASE_URL"]) as url, shared_metrics(), ServerProcess() as server:
        port = free_port()
        variables = {**environment, "DATABASE_URL": url, "HOST": LOOPBACK, "PORT": str(port)}
        variables |= {"WORKERS": str(workers), "LOG_LEVEL": "error", "LOG_REQUESTS": "false"}
        server.serve(variables, host=LOOPBACK, port=port, seconds_to_finish=_SECONDS_TO_FINISH)
        started = [
            child for child in psutil.Process().children() if _SERVER_MODULE in " ".join(child.cmdline())
        ]
        yield Served(f"http://{LOOPBACK}:{port}/api/v1", url, started[-1], Path(os.environ[FOLDER]))


async def with_patience(
    client: httpx.AsyncClient, method: str, path: str, *, in_flight: bool = False, **request: object
) -> httpx.Response:
    """A request as a good client sends it: again when the connection broke, or its first one is still running."""
    while True:
        try:
            answer = await client.request(method, path, **request)  # type: ignore[arg-type]
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        waits = answer.status_code == 503 or (in_flight and answer.status_code == 409)
        if not waits or "retry-after" not in answer.headers:
            return answer
        await asyncio.sleep(0.02)


@contextmanager
def copied_database(url: str) -> Iterator[str]:
    """A copy of a database on the same server, as long as the context lasts; yields its address."""
    name = urlsplit(url).path.removeprefix("/")
    copy = f"{name}_writing"
    asyncio.run(_administer(url, f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)'))
    asyncio.run(_administer(url, f'CREATE DATABASE "{copy}" TEMPLATE "{name}" STRATEGY FILE_COPY'))
    try:
        yield _at(url, copy)
    finally:
        asyncio.run(_administer(url, f'DROP DATABASE "{copy}" WITH (FORCE)'))


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(_at(url, _TEMPLATE))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _at(url: str, database: str) -> str:
    """The address of another database of the same server."""
    parts = urlsplit(driver_url(url))
    return urlunsplit(parts._replace(path=f"/{database}"))
