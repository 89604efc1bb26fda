"""Loading many rows into empty tables: without their secondary indexes and foreign keys, in one transaction.

PostgreSQL builds an index over loaded rows several times faster than it keeps one while they come in. The
indexes go and come back inside the transaction that loads, so a crash at any moment leaves them as they were.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

_LOCK_WAIT = "2s"


class TablesInUseError(RuntimeError):
    """The tables hold rows, or somebody works with them: load without taking the indexes away."""


@dataclass(frozen=True)
class _Part:
    """An index or a constraint: how to take it away, and the exact statement that brings it back."""

    remove: str
    restore: str


StepDone = Callable[[int, int], None]
Restore = Callable[[StepDone], Awaitable[None]]


async def take_indexes_away(connection: asyncpg.Connection, tables: Sequence[str]) -> Restore:
    """Lock `tables`, empty of rows, and drop their secondary indexes and every foreign key from or to them.

    Call it first in a transaction. Primary keys and unique constraints stay. The tables count as made in this
    transaction, so `COPY … FREEZE` works. Await the returned function before the commit: it rebuilds
    everything and calls back with (steps done, steps in all).

    Raises:
        TablesInUseError: A table is not empty or the locks were not to be had; roll back.
    """
    await _require_empty(connection, tables)
    try:
        await _lock(connection, tables)
    except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
        raise TablesInUseError(f"{', '.join(tables)} are in use") from error
    await _require_empty(connection, tables)
    parts = [_Part(*row) for row in await connection.fetch(_PARTS, list(tables))]
    for part in reversed(parts):
        await connection.execute(part.remove)
    await connection.execute(f"TRUNCATE {', '.join(tables)}")

    async def restore(step_done: StepDone) -> None:
        for step, part in enumerate(parts, start=1):
            await connection.execute(part.restore)
            step_done(step, len(parts))

    return restore


async def settle(connection: asyncpg.Connection, tables: Sequence[str]) -> None:
    """After a load: summaries, statistics, visibility map (index-only scans) and pending GIN entries.

    What was folded is vacuumed as well: each list counts what waits in a summary, and would pass all that waited
    before until autovacuum comes, 5 ms for each request after a million rows. Not to be called in a transaction.
    """
    folded = await connection.fetchval(_FOLD, list(tables))
    passed = [row["name"] for row in await connection.fetch(_PASSED)] if folded else []
    await connection.execute(f"VACUUM (ANALYZE) {', '.join([*tables, *passed])}")


async def _require_empty(connection: asyncpg.Connection, tables: Sequence[str]) -> None:
    for table in tables:
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):  # noqa: S608 - our own names
            raise TablesInUseError(f"{table} is not empty")


async def _lock(connection: asyncpg.Connection, tables: Sequence[str]) -> None:
    """Take every lock that dropping will need at once, each waited for a short time."""
    names = await connection.fetchval(_LOCKED_TABLES, list(tables))
    waited: str = await connection.fetchval("SELECT current_setting('lock_timeout')")
    await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
    await connection.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
    await connection.execute(f"SET LOCAL lock_timeout = '{waited}'")


_FOLD = "SELECT sum(catalogue_fold_cells(collection)) FROM cell_versions WHERE collection = ANY($1)"

_PASSED = """
SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '_cell_(deltas|folds)$'
"""

_LOCKED_TABLES = """
SELECT array_agg(DISTINCT name ORDER BY name) FROM (
  SELECT unnest($1::regclass[])::text AS name
  UNION ALL
  SELECT unnest(ARRAY[conrelid, confrelid])::regclass::text FROM pg_constraint
  WHERE contype = 'f' AND (conrelid = ANY($1::regclass[]) OR confrelid = ANY($1::regclass[]))
) AS names
"""

_PARTS = """
SELECT remove, restore FROM (
SELECT 1 AS step, format('DROP INDEX %s', indexrelid::regclass) AS remove, pg_get_indexdef(indexrelid) AS restore
FROM pg_index
WHERE indrelid = ANY($1::regclass[]) AND indisvalid AND NOT indisclustered AND NOT indisreplident
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT 2, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY($1::regclass[]) OR confrelid = ANY($1::regclass[]))
) AS parts ORDER BY step, restore
"""
