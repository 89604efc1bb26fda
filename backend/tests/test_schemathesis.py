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
from loadtests.ports import free_port
from tests.conftest import ADMIN_KEY

TESTS = Path(__file__).parent


@pytest.fixture
def served(
    clone: Callable[[str], str], shop_template: str, settings_for: Callable[..., Settings]
) -> Iterator[str]:
    """The address of the real server process on a seeded database of its own, which is written."""
    port = free_port()
    settings_for(clone(shop_template), PORT=str(port))
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
    command = [
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", TESTS / "schemathesis.toml"),
        *("run", f"{served}/openapi.json"),
        *("--header", f"X-API-Key: {ADMIN_KEY}"),
        *("--checks", "all"),
        # A stream of events has no end that a generated request could wait for.
        *("--exclude-path", "/api/v1/changes"),
        *("--max-examples", "15"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": str(TESTS)}
    run = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=900, cwd=tmp_path
    )
    assert run.returncode == 0, run.stdout[-8000:]
    assert "No issues found" in run.stdout
