"""Real server processes on seeded databases of their own, and what can be done to them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import stamina

from loadtests.ports import free_port
from tests.conftest import ADMIN_KEY

START_S = 240
KEY = {"X-API-Key": ADMIN_KEY}
API = "/api/v1"


@dataclass(frozen=True)
class Served:
    """A server, the port it listens on and its database."""

    port: int
    database: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=f"{self.address}{API}", headers=KEY, timeout=30, **options)

    def detailed(self) -> dict[str, Any]:
        answer = httpx.get(f"{self.address}/health/detailed", headers=KEY, timeout=30)
        found: dict[str, Any] = answer.json()
        return found

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


Serve = Callable[..., Any]


@contextmanager
def serving(database: str, redis_url: str, data_dir: Path, **environment: str) -> Iterator[Served]:
    port = free_port()
    values = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(data_dir),
        "LOG_LEVEL": "error",
        "LOG_REQUESTS": "false",
        "CACHE_NAMESPACE": f"faults-{port}",
        "ADMIN_API_KEY": ADMIN_KEY,
        "SECRET_KEY": "the secret of the fault tests, long enough",
        "POOL_WAIT_MS": "10000",
        "OVERLOAD_WAIT_MS": "10000",
        "PORT": str(port),
        **environment,
    }
    server = subprocess.Popen([sys.executable, "-m", "catalogue.running.server"], stdin=subprocess.PIPE)
    assert server.stdin is not None
    server.stdin.write(json.dumps({**os.environ, **values}).encode() + b"\n")
    server.stdin.flush()
    served = Served(port, database, server)
    try:
        eventually(lambda: check_ready(served), within_s=START_S)
        yield served
    finally:
        server.terminate()
        server.communicate(timeout=START_S)


def check_ready(served: Served) -> None:
    if served.process.poll() is not None:
        pytest.fail("the server ended while starting")
    httpx.get(f"{served.address}/health/ready").raise_for_status()


def eventually(check: Callable[[], object], *, within_s: float = 30) -> None:
    """Try until it neither raises a transport error nor an assertion."""
    for attempt in stamina.retry_context(
        on=(httpx.HTTPError, AssertionError, OSError), timeout=within_s, attempts=None, wait_max=0.1
    ):
        with attempt:
            check()


@pytest.fixture(scope="package")
def serve(redis_url: str, shop_data_dir: Path) -> Serve:
    """Start a server; keyword arguments are environment variables."""

    def start(database: str, **environment: str) -> Any:
        redis = environment.pop("REDIS_URL", redis_url)
        return serving(database, redis, shop_data_dir, **environment)

    return start


@pytest.fixture(scope="package")
def served(shop: str, serve: Serve) -> Iterator[Served]:
    """One server with two workers for all that leaves it as it was."""
    with serve(shop, WORKERS="2", HEADER_TIMEOUT_S="2", BODY_TIMEOUT_S="1") as server:
        yield server
