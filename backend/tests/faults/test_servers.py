"""PostgreSQL and Redis going, freezing and coming back, under the running application."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import asyncpg
import pytest
from redis.asyncio import Redis

from catalogue.app import create_app
from catalogue.embedded import EmbeddedRedis
from catalogue.settings import Settings
from tests.callers.conftest import transaction
from tests.conftest import database_name, running

pytestmark = pytest.mark.anyio
READS = 40


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path / "redis") as server:
        yield server


async def test_frozen_redis_costs_no_answer_and_little_time(
    shop: str, settings_for: Callable[..., Settings], own_redis: EmbeddedRedis
) -> None:
    app = create_app(settings_for(shop, REDIS_URL=own_redis.url, REDIS_TIMEOUT_MS="50"))
    async with running(app) as client:
        assert (await client.get("/products?limit=5")).status_code == 200
        process = own_redis.pid
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        try:
            started = monotonic()
            answers = [await client.get(f"/products?limit=5&offset={row}") for row in range(READS)]
            seconds = monotonic() - started
        finally:
            os.kill(process, signal.SIGCONT)
        assert {answer.status_code for answer in answers} == {200}
        assert seconds < READS * 0.25
        assert (await client.get("/products?limit=5")).status_code == 200


async def test_wiped_redis_changes_no_answer(
    shop: str, settings_for: Callable[..., Settings], own_redis: EmbeddedRedis
) -> None:
    app = create_app(settings_for(shop, REDIS_URL=own_redis.url))
    async with running(app) as client, Redis.from_url(own_redis.url) as redis:
        before = (await client.get("/products?sort=price&offset=1000&limit=5")).json()["items"]
        await redis.flushall()
        answer = await client.get("/products?sort=price&offset=1000&limit=5")
        assert (answer.status_code, answer.json()["items"]) == (200, before)


async def test_every_connection_cut_is_met_by_new_ones(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(database))) as client:
        assert (await client.get("/terminals")).status_code == 200
        for turn in range(5):
            await cut_connections(database)
            read = await client.get("/terminals")
            written = await client.post("/drivers", json={"name": f"Driver {turn}", "phone": "1"})
            assert read.status_code == 200
            assert written.status_code in {201, 503}
        assert (await client.post("/drivers", json={"name": "Last", "phone": "1"})).status_code == 201


async def test_read_only_database_refuses_writes_and_serves_reads(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(database))) as client:
        async with transaction(database) as connection:
            name = database_name(database)
            await connection.exec_driver_sql(
                f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
            )
        await cut_connections(database)
        written = await client.post("/drivers", json={"name": "None", "phone": "1"})
        assert (written.status_code, "retry-after" in written.headers) == (503, True)
        assert (await client.get("/terminals")).status_code == 200


async def cut_connections(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
