"""`python -m loadtests.run` from start to end: its own servers, real Locust, both outcomes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.ports import free_port
from tests.running.installation import Installation

PROJECT = Path(__file__).parents[3]
SMALL = {
    "LOADTEST_HOST": "",
    "LOADTEST_PRODUCTS": "400",
    "LOADTEST_ORDERS": "0",
    "LOADTEST_USERS": "4",
    "LOADTEST_SECONDS": "2",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("loadtest data")


def run_load_test(
    folder: Path, data_dir: Path, budgets: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    budget_file = folder / "budgets.toml"
    budget_file.write_text(budgets)
    environment = {
        **os.environ,
        **SMALL,
        "DATA_DIR": str(data_dir),
        "LOADTEST_BUDGETS": str(budget_file),
        "LOADTEST_REPORTS": str(folder / "reports"),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "loadtests.run"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_an_impossible_budget_fails_the_run_and_leaves_nothing_running(
    tmp_path: Path, data_dir: Path
) -> None:
    finished = run_load_test(tmp_path, data_dir, "p50_ms = 0.001\nerror_share = 0.0\n")

    assert finished.returncode == 1, finished.stderr
    assert "Over budget: products: first page: p50" in finished.stdout
    assert not list(data_dir.rglob("postmaster.pid"))


def test_a_generous_budget_passes_and_leaves_a_report(tmp_path: Path, data_dir: Path) -> None:
    finished = run_load_test(tmp_path, data_dir, "p95_ms = 20_000\nerror_share = 0.0\n")

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Every budget was kept." in finished.stdout
    assert "products: first page" in (tmp_path / "reports" / "loadtest.html").read_text()


def test_a_host_where_nobody_answers_is_named(tmp_path: Path) -> None:
    host = f"http://127.0.0.1:{free_port()}"
    finished = run_load_test(tmp_path, tmp_path, LOADTEST_HOST=host)

    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Error: No server answers at LOADTEST_HOST={host}")


def test_a_key_that_the_server_does_not_know_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "installation")
    with installation.running() as run:
        host = f"http://127.0.0.1:{installation.port}"
        finished = run_load_test(
            tmp_path, tmp_path, LOADTEST_HOST=host, LOADTEST_API_KEY="cat_of_another_server"
        )
        run.process.terminate()
        run.end()

    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Error: {host} does not know the key that is shown")
