"""Killed or stopped in the middle, a seeding leaves nothing half done."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from catalogue.seeding.running import SeedCounts
from tests.conftest import Ask
from tests.seeding.test_seed import STRUCTURE

BACKEND = Path(__file__).parents[2]
DEADLINE_SECONDS = 60
_POLL_SECONDS = 0.01
SEEDERS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'catalogue-seed' AND datname = current_database()"
COPYING = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed > 2000"
TOPPING_UP = "SELECT count(*) FROM products HAVING count(*) >= 5000"

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Start]:
    """Start `catalogue seed` in a process group of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*, products: int) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "catalogue.cli",
            "seed",
            "--products",
            str(products),
            "--orders",
            "0",
        ]
        environment = dict(os.environ, DATABASE_URL=database, DATA_DIR=str(tmp_path), PYTHONPATH=str(BACKEND))
        process = subprocess.Popen(
            command,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(_POLL_SECONDS)


def test_killed_while_loading_leaves_an_empty_table_with_all_its_indexes(
    start: Start, ask: Ask, database: str, tmp_path: Path
) -> None:
    before = ask(STRUCTURE)
    process = start(products=200_000)
    wait_until(lambda: ask(COPYING) == [(1,)])
    process.kill()
    process.wait()
    wait_until(lambda: ask(SEEDERS) == [(0,)])
    wait_until(lambda: not group_lives(process.pid))
    assert ask(STRUCTURE) == before
    assert ask("SELECT count(*) FROM products") == [(0,)]
    completed = seed(database, products=1_500, orders=0, data_dir=tmp_path, progress=SilentProgress())
    assert completed == SeedCounts(products=1_500, orders=0)


def test_killed_while_topping_up_leaves_whole_blocks_and_the_next_run_completes_them(
    start: Start, ask: Ask, database: str, tmp_path: Path
) -> None:
    seed(database, products=10, orders=0, data_dir=tmp_path, progress=SilentProgress())
    process = start(products=30_000)
    wait_until(lambda: bool(ask(TOPPING_UP)))
    process.kill()
    wait_until(lambda: ask(SEEDERS) == [(0,)])
    [(present,)] = ask("SELECT count(*) FROM products")
    assert present % 5_000 == 0
    completed = seed(database, products=present + 5, orders=0, data_dir=tmp_path, progress=SilentProgress())
    assert completed == SeedCounts(products=5, orders=0)


def test_ctrl_c_stops_it_and_its_helpers_without_a_traceback(start: Start, ask: Ask) -> None:
    process = start(products=200_000)
    assert process.stderr is not None
    assert b"to do" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 1
    assert b"Traceback" not in said
    wait_until(lambda: ask(SEEDERS) == [(0,)])
    wait_until(lambda: not group_lives(process.pid))
    assert ask("SELECT count(*) FROM products") == [(0,)]


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.anyio
async def test_tables_in_use_are_filled_with_their_indexes_on(database: str, tmp_path: Path) -> None:
    """Somebody reads the empty table in a long transaction: no exclusive lock is to be had."""
    reader = await asyncpg.connect(database)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetch("SELECT FROM products")
    added = await asyncio.to_thread(
        seed, database, products=20, orders=0, data_dir=tmp_path, progress=SilentProgress()
    )
    await transaction.rollback()
    await reader.close()
    assert added == SeedCounts(products=20, orders=0)
