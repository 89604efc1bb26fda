"""The queue's own log, kept for a week."""

import asyncpg

_TABLES = ("pgqueuer_log", "pgqueuer_statistics")


async def prune_queue(connection: asyncpg.Connection) -> None:
    """Delete what the queue noted more than a week ago."""
    for table in _TABLES:
        await connection.execute(f"DELETE FROM {table} WHERE created < now() - interval '7 days'")  # noqa: S608 - our own names
