"""The real server process on a seeded database of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
import stamina

from catalogue.settings import Settings
from loadtests.ports import free_port

START_S = 40


@dataclass(frozen=True)
class Served:
    """A server, the port it listens on and its database."""

    port: int
    database: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(database: str, settings_for: Callable[..., Settings], **environment: str) -> Iterator[Served]:
    port = free_port()
    settings_for(database, PORT=str(port), LOG_LEVEL="error", **environment)
    server = subprocess.Popen([sys.executable, "-m", "catalogue.running.server"], stdin=subprocess.PIPE)
    assert server.stdin is not None
    server.stdin.write(json.dumps(dict(os.environ)).encode() + b"\n")
    server.stdin.flush()
    served = Served(port, database, server)
    try:
        for attempt in stamina.retry_context(
            on=httpx.HTTPError, timeout=START_S, attempts=None, wait_max=0.1
        ):
            with attempt:
                httpx.get(f"{served.address}/health/ready").raise_for_status()
        yield served
    finally:
        server.terminate()
        server.communicate(timeout=START_S)


@pytest.fixture
def served(shop: str, settings_for: Callable[..., Settings]) -> Iterator[Served]:
    with serving(shop, settings_for) as server:
        yield server
