"""The worker that `catalogue run` keeps beside the server, and one that runs by itself."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import stamina

from loadtests.ports import free_port
from tests.running.installation import Installation, assert_gone

FILE = "sku,name,category,brand,price,currency\n{sku},Lamp,Light,Acme,9.99,EUR\n"


def import_one(installation: Installation, sku: str) -> None:
    """Have one product imported, and wait until it is there."""
    taken = httpx.post(
        f"http://127.0.0.1:{installation.port}/api/v1/imports",
        headers=installation.key,
        files={"file": ("one.csv", FILE.format(sku=sku))},
        data={"create_categories": "true", "create_brands": "true"},
    )
    assert taken.status_code == 202
    for attempt in stamina.retry_context(on=AssertionError, timeout=30, attempts=None, wait_max=0.1):
        with attempt:
            assert installation.get(taken.headers["location"]).json()["status"] == "completed"
    assert installation.get(f"/api/v1/products/by-sku/{sku}").status_code == 200


def assert_counted(installation: Installation, jobs: int) -> None:
    """The server's metrics hold what its workers did, a moment after an import is told to be complete."""
    for attempt in stamina.retry_context(on=AssertionError, timeout=30, attempts=None, wait_max=0.2):
        with attempt:
            counted = installation.get("/metrics").text
            assert f'catalogue_jobs_ended_total{{entrypoint="run_import",outcome="done"}} {jobs}.0' in counted
            assert f'catalogue_import_rows_total{{outcome="created"}} {jobs}.0' in counted
            assert 'catalogue_jobs_running{entrypoint="run_import"} 0.0' in counted


def test_a_worker_that_is_killed_is_started_again_and_stops_with_the_rest(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "the data")
    with installation.running() as run:
        import_one(installation, "before")
        assert_counted(installation, jobs=1)
        run.child("catalogue.cli").kill()
        run.wait_for("The worker ended")
        import_one(installation, "after")
        assert_counted(installation, jobs=2)
        processes = run.processes()
        run.process.terminate()
        assert run.end() == 0
        assert_gone(processes)


def test_a_worker_by_itself_tells_of_its_jobs_on_a_port_of_its_own(database: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "DATABASE_URL": database,
        "ENVIRONMENT": "development",
        "DATA_DIR": str(tmp_path),
        "HOST": "127.0.0.1",
        "WORKER_METRICS_PORT": str(port),
    }
    command = [sys.executable, "-m", "catalogue.cli", "worker"]
    with subprocess.Popen(command, env={**os.environ, **settings}, cwd=tmp_path) as worker:
        try:
            wait_until_told(port)
        finally:
            worker.terminate()
    assert worker.returncode == 0


def wait_until_told(port: int) -> None:
    wrong = (httpx.TransportError, AssertionError)
    for attempt in stamina.retry_context(on=wrong, timeout=60, attempts=None, wait_max=0.2):
        with attempt:
            counted = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            assert 'catalogue_jobs_running{entrypoint="run_import"} 0.0' in counted
