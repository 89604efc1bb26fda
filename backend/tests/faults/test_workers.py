"""Workers killed in the middle of a write, and what several workers say of themselves."""

import asyncio
import re
import threading
from collections.abc import Iterator

import asyncpg
import httpx
import pytest
import stamina

from tests.conftest import until
from tests.faults.conftest import KEY, Serve, Served, eventually

pytestmark = pytest.mark.anyio
REQUESTS = 40
WAITING = (
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'catalogue-write'"
    " AND datname = current_database()"
)


@pytest.fixture
def writable(database: str, serve: Serve) -> Iterator[Served]:
    with serve(database, WORKERS="2", CACHE_WARM="0") as server:
        yield server


async def test_write_of_a_worker_that_is_killed_leaves_nothing_and_can_be_repeated(writable: Served) -> None:
    holder = await asyncpg.connect(writable.database)
    await holder.execute("BEGIN; LOCK TABLE drivers IN ACCESS EXCLUSIVE MODE")
    watcher = await asyncpg.connect(writable.database)
    answers: list[object] = []
    posting = threading.Thread(target=lambda: answers.append(post(writable)))
    posting.start()
    await until(watcher, WAITING)
    for worker in writable.workers():
        worker.kill()
    await asyncio.to_thread(posting.join)
    assert answers == ["lost"]
    await holder.execute("ROLLBACK")
    await until(watcher, f"SELECT NOT ({WAITING})")
    assert await watcher.fetchval("SELECT count(*) FROM drivers") == 0
    await asyncio.to_thread(eventually, lambda: check_posted(writable))
    await asyncio.to_thread(check_posted, writable)
    assert await watcher.fetchval("SELECT count(*) FROM drivers") == 1
    await holder.close()
    await watcher.close()


def post(server: Served) -> str | int:
    try:
        with server.client() as client:
            return client.post(
                "/drivers", json={"name": "Once", "phone": "1"}, headers={"Idempotency-Key": "one"}
            ).status_code
    except httpx.TransportError:
        return "lost"


def check_posted(server: Served) -> None:
    assert post(server) == 201


def test_figures_are_those_of_all_workers(served: Served) -> None:
    before = counted(served)
    for _ in range(REQUESTS):
        with served.client() as client:
            client.get("/products/categories").raise_for_status()
    for attempt in stamina.retry_context(on=AssertionError, timeout=20, attempts=None, wait_max=0.2):
        with attempt:
            assert counted(served) == before + REQUESTS, "hits are carried over within a second"


def counted(server: Served) -> int:
    text = httpx.get(f"{server.address}/metrics", headers=KEY).text
    found = re.findall(
        r'catalogue_request_duration_seconds_count\{[^}]*route="/api/v1/products/categories"[^}]*\} ([\d.]+)',
        text,
    )
    return int(sum(map(float, found)))
