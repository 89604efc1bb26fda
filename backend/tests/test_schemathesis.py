"""Generated requests, valid and not, against the running server: every check of schemathesis."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import stamina

from catalogue.settings import Settings
from loadtests.fuzzing import fuzz
from loadtests.ports import free_port
from tests.conftest import ADMIN_KEY

AT_LEAST = 1_000
SEED = 20_251


@pytest.fixture
def served(own_shop: dict[str, str], settings_for: Callable[..., Settings]) -> Iterator[str]:
    """The address of the real server process on a seeded database of its own, which is written."""
    port = free_port()
    settings_for(own_shop.pop("DATABASE_URL"), PORT=str(port), **own_shop)
    server = subprocess.Popen([sys.executable, "-m", "catalogue.running.server"], stdin=subprocess.PIPE)
    assert server.stdin is not None
    server.stdin.write(json.dumps(dict(os.environ)).encode() + b"\n")
    server.stdin.flush()
    address = f"http://127.0.0.1:{port}"
    for attempt in stamina.retry_context(on=httpx.HTTPError, timeout=20, attempts=None, wait_max=0.1):
        with attempt:
            httpx.get(f"{address}/health/ready").raise_for_status()
    yield address
    server.terminate()
    server.communicate(timeout=20)


def test_no_generated_request_breaks_the_contract(served: str, tmp_path: Path) -> None:
    """A few for each operation; `make fuzz` sends many more, as every role."""
    key = [f"X-API-Key: {ADMIN_KEY}"]
    done = fuzz(served, tmp_path, headers=key, examples=2, seed=SEED)
    assert done.failures == 0, done.report[-8000:]
    assert done.cases > AT_LEAST
