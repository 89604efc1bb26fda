"""The servers that a scenario makes fail: PostgreSQL, Redis and the API, all real and its own."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import psutil

from catalogue.db.migrating import upgrade
from catalogue.embedded import EmbeddedPostgres, EmbeddedRedis
from catalogue.running.server_process import ServerProcess
from catalogue.seeding import seed
from catalogue.seeding.progress import shown_progress
from catalogue.settings import ServerSettings
from loadtests.keys import ADMIN_KEY, SHOWN
from loadtests.ports import LOOPBACK, free_port

PRODUCTS, ORDERS = 20_000, 5_000
_SECONDS_TO_FINISH = 5
_LONGEST_START_S = 60
_IDLE_SHARE = 0.1
API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Place:
    """A running API and what it depends on."""

    port: int
    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    server: ServerProcess

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @asynccontextmanager
    async def client(self, *, connections: int = 20) -> AsyncIterator[httpx.AsyncClient]:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        async with httpx.AsyncClient(
            base_url=f"{self.address}{API}", headers=SHOWN, limits=limits, timeout=30
        ) as client:
            yield client

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.postgres.url)
        try:
            yield connection
        finally:
            await connection.close()

    async def healed_s(self, *, within_s: float) -> float:
        """Seconds until every dependency is up and every breaker closed; infinite when that does not come."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        async with self.client() as client:
            while loop.time() - started < within_s:
                answer = await client.get(f"{self.address}/health/detailed")
                if answer.status_code == 200 and _is_well(answer.json()):
                    return loop.time() - started
                await asyncio.sleep(0.1)
        return float("inf")


def _is_well(health: dict[str, object]) -> bool:
    breakers = health["breakers"]
    return health["status"] == "up" and isinstance(breakers, dict) and set(breakers.values()) <= {"closed"}


def send_signal(server: EmbeddedPostgres | EmbeddedRedis, number: signal.Signals) -> None:
    if server.pid is not None:
        os.kill(server.pid, number)


@contextmanager
def place(*, workers: int = 1, **environment: str) -> Iterator[Place]:
    """Start everything on a seeded database that is kept between runs."""
    directory = ServerSettings().data_dir.absolute() / "loadtest" / "faults"
    directory.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(directory / "postgres") as postgres, EmbeddedRedis(directory / "redis") as redis:
        _seed(postgres.url, directory)
        port = free_port()
        variables = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "DATA_DIR": str(directory),
            "SECRET_KEY": secrets.token_hex(32),
            "ADMIN_API_KEY": ADMIN_KEY,
            "HOST": LOOPBACK,
            "PORT": str(port),
            "WORKERS": str(workers),
            "LOG_LEVEL": "error",
            "LOG_REQUESTS": "false",
            "CACHE_WARM": "0",
            **environment,
        }
        with ServerProcess() as server:
            server.serve(variables, host=LOOPBACK, port=port, seconds_to_finish=_SECONDS_TO_FINISH)
            _wait_until_idle(server)
            yield Place(port, postgres, redis, server)


def _wait_until_idle(server: ServerProcess) -> None:
    """A worker that has just started still prepares its statements."""
    workers = psutil.Process(server.pid).children()
    for _ in range(_LONGEST_START_S):
        before = sum(sum(worker.cpu_times()[:2]) for worker in workers)
        time.sleep(1)
        if sum(sum(worker.cpu_times()[:2]) for worker in workers) - before < _IDLE_SHARE:
            return


def _seed(url: str, directory: Path) -> None:
    upgrade(url)
    with shown_progress() as progress:
        seed(url, products=PRODUCTS, orders=ORDERS, data_dir=directory, progress=progress)
