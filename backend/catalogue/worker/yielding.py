"""Readers before jobs: a job begins when the database has few reads to do, or when it has waited long enough.

What the server processes ask at present is seen in PostgreSQL itself, so this works across machines.
"""

import asyncio
from time import monotonic

from catalogue.db.pools import Pool, borrowed

LONGEST_WAIT_S = 30.0
_LOOK_EVERY_S = 0.25
_FEW = """
SELECT count(*) FILTER (WHERE state = 'active') <= greatest(2, count(*) / 2)
FROM pg_stat_activity WHERE application_name = 'catalogue-read' AND datname = current_database()
"""


async def readers_first(pool: Pool, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
    """Wait until at most half of the readers' connections are at work. Raises asyncpg.PostgresError, OSError."""
    until = monotonic() + longest_wait_s
    while monotonic() < until:
        async with borrowed(pool) as connection:
            if await connection.fetchval(_FEW):
                return
        await asyncio.sleep(_LOOK_EVERY_S)
