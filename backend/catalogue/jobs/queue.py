"""Putting work on the queue, in the transaction that it belongs to."""

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pgqueuer.types import JobId
from sqlalchemy.ext.asyncio import AsyncConnection

TAKE_TEXTS = "take_texts"
RUN_IMPORT = "run_import"
SWEEP_FILES = "sweep_files"
PRUNE_QUEUE = "prune_queue"


async def enqueue(connection: AsyncConnection, entrypoint: str, record_id: int) -> int:
    """Have a worker do this for a record once the transaction has committed; returns the number in the queue.

    Call it after the transaction's first statement.
    """
    queries = await _queries(connection)
    [number] = await queries.enqueue(entrypoint, str(record_id).encode())
    return int(number)


async def interrupt(connection: AsyncConnection, number: int) -> None:
    """Tell the worker that does this, if any, to leave off, once the transaction has committed."""
    queries = await _queries(connection)
    await queries.notify_job_cancellation([JobId(number)])


async def _queries(connection: AsyncConnection) -> Queries:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, asyncpg.Connection) or not driver.is_in_transaction():
        raise RuntimeError("jobs are queued within a transaction")
    return Queries(AsyncpgDriver(driver))
