"""Readers come before jobs, but jobs are done in the end."""

import asyncio
from time import monotonic

import asyncpg
import pytest

from catalogue.db.pools import worker_pool
from catalogue.worker.yielding import readers_first
from tests.conftest import until

pytestmark = pytest.mark.anyio
READERS = 6
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'catalogue-read' AND datname = current_database()"
READING = "SELECT count(*) {} FROM pg_stat_activity WHERE application_name = 'catalogue-read' AND state = 'active' AND datname = current_database()"


async def test_job_waits_while_most_readers_are_at_work(database: str) -> None:
    readers = [
        await asyncpg.connect(database, server_settings={"application_name": "catalogue-read"})
        for _ in range(READERS)
    ]
    watcher = await asyncpg.connect(database)
    async with worker_pool(database, size=2) as pool:
        await readers_first(pool)
        asking = [asyncio.create_task(reader.execute("SELECT pg_sleep(600)")) for reader in readers]
        await until(watcher, READING.format(f"= {READERS}"))
        job = asyncio.create_task(readers_first(pool, longest_wait_s=600))
        began = monotonic()
        await readers_first(pool, longest_wait_s=0.3)
        assert monotonic() - began >= 0.3, "it begins all the same after a while"
        assert not job.done()
        await watcher.execute(END_ALL)
        await asyncio.wait_for(job, timeout=60)
        ended = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(error, asyncpg.PostgresError) for error in ended)
    await watcher.close()
