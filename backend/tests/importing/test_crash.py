"""A worker that is killed in the middle of an import, with real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.importing.conftest import HEADER, Shop, rows

pytestmark = pytest.mark.anyio

ROWS = 60_000
OTHERS = """
INSERT INTO categories (slug, label) VALUES ('c', 'c');
INSERT INTO brands (slug, label) VALUES ('b', 'b');
INSERT INTO products (sku, name, category, brand, price, currency) VALUES ('other', 'x', 'c', 'b', 1, 'EUR')
"""


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """`catalogue worker` with the settings of the test's environment; killed at the end if it still runs."""
    backend = os.path.pathsep.join(path for path in sys.path if path.endswith("backend"))
    environment = {**os.environ, "PYTHONPATH": backend}
    process = subprocess.Popen([sys.executable, "-m", "catalogue.cli", "worker"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("on_error", ["reject_row", "reject_all"])
async def test_import_of_a_killed_worker_is_gone_on_with_and_no_row_is_done_twice(
    shop_with_imports: Shop, on_error: str
) -> None:
    shop = shop_with_imports
    await shop.sql.execute(OTHERS)
    bad = "bad,,Light,Acme,1,EUR\n" if on_error == "reject_row" else ""
    job = await shop.take(HEADER + rows(ROWS) + bad, on_error=on_error)
    with worker_process() as first:
        await shop.until(job, lambda found: found["rows_created"] > 0 or found["rows_read"] == ROWS)
        first.kill()
        first.wait()
    left = (await shop.client.get(f"/imports/{job}")).json()
    assert left["status"] == "running"
    assert left["rows_created"] < ROWS
    with worker_process() as second:
        ended = await shop.ended(job)
        second.terminate()
        assert second.wait(timeout=20) == 0
    assert ended["status"] == "completed"
    assert (ended["rows_created"], ended["rows_updated"], ended["rows_unchanged"]) == (ROWS, 0, 0)
    assert (ended["rows_failed"], ended["errors_kept"]) == ((1, 1) if bad else (0, 0))
    assert await shop.sql.fetchval("SELECT count(*) FROM products WHERE version = 1") == ROWS + 1
    assert await shop.sql.fetchval("SELECT count(DISTINCT created_at) FROM products") > 1


async def test_import_goes_back_to_the_queue_when_its_worker_is_stopped(shop_with_imports: Shop) -> None:
    shop = shop_with_imports
    await shop.sql.execute(OTHERS)
    job = await shop.take(HEADER + rows(ROWS))
    with worker_process() as first:
        await shop.until(job, lambda found: found["rows_created"] > 0)
        first.terminate()
        assert first.wait(timeout=20) == 0
    assert (await shop.client.get(f"/imports/{job}")).json()["status"] == "running"
    assert await shop.sql.fetchval("SELECT status::text FROM pgqueuer") == "queued"
    with worker_process():
        ended = await shop.ended(job)
    assert (ended["rows_created"], ended["rows_unchanged"]) == (ROWS, 0)
