"""Every statement that reads or prunes the change log."""

from typing import Any

import asyncpg
import orjson

from catalogue.changes.change import NUMBERS, Change, Move

CHANNEL = "catalogue_changes"
BATCH = 1_000
_PRUNE_LOCK = 7_319_845_120_004
_COLUMNS = "position, dataset, operation, ids, tags, transaction, changed_at"


async def source(connection: asyncpg.Connection) -> str:
    """A name for this database that no other database has, also none that was made from a copy of it."""
    return str(await connection.fetchval(_SOURCE))


async def newest_position(connection: asyncpg.Connection) -> int:
    """The position of the newest change; 0 when there is none."""
    return int(await connection.fetchval("SELECT coalesce(max(position), 0) FROM changes"))


async def is_gone(connection: asyncpg.Connection, position: int) -> bool:
    """Whether the log no longer holds any change up to `position`, so that later ones may be gone as well."""
    if not position:
        return False
    return not await connection.fetchval("SELECT EXISTS (SELECT FROM changes WHERE position = $1)", position)


async def after(
    connection: asyncpg.Connection, position: int, *, limit: int = BATCH, timeout_s: float | None = None
) -> list[Change]:
    """The changes that follow `position`, at most `limit`, in commit order."""
    rows = await connection.fetch(_AFTER, position, limit, timeout=timeout_s)
    return [change_of(row) for row in rows]


async def prune(connection: asyncpg.Connection, *, kept_hours: int, limit: int = 10_000) -> int:
    """Delete the oldest changes that are too old, at most `limit`, and what commits left behind.

    The newest change stays, so that positions go on from it. Returns 0 as well when somebody else is at it.
    """
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _PRUNE_LOCK):
            return 0
        await connection.execute("DELETE FROM changes_uncommitted")
        return int(await connection.fetchval(_PRUNE, kept_hours, limit))


def change_of(row: asyncpg.Record | Any) -> Change:
    """A row of the log with the tags of its ids beside those that were logged."""
    ids, tags = row["ids"], row["tags"]
    named = None if ids is None or tags is None else (*tags, *(f"id={number}" for number in ids))
    return Change(
        position=row["position"],
        dataset=row["dataset"],
        operation=row["operation"],
        ids=None if ids is None else tuple(ids),
        tags=named,
        transaction=row["transaction"],
        changed_at=row["changed_at"],
        fields=None if (fields := row.get("fields")) is None else tuple(fields),
        moves=() if fields is None or (moves := row.get("moves")) is None else _told(orjson.loads(moves)),
    )


def _told(moves: list[tuple[str, Any, Any]]) -> tuple[Move, ...]:
    """Of a number that somewhere came from nothing, or became nothing, no move is told."""
    untold = {name for name, old, new in moves if old is None or new is None}
    return tuple(
        Move(name, float(min(old, new)), float(max(old, new)))
        for name, old, new in moves
        if name not in untold
    )


# Of an update that names the values of every row it touched, and that gave no row another id.
_FIELDS = """
CASE WHEN operation = 'update' AND cardinality(ids) = jsonb_array_length(field_values)
  AND NOT EXISTS (SELECT FROM jsonb_array_elements(field_values) AS row WHERE row->'old' IS NULL OR row->'new' IS NULL OR row ? 'part')
  THEN ARRAY(SELECT DISTINCT jsonb_object_keys(row->'new') FROM jsonb_array_elements(field_values) AS row)
END AS fields
"""

_NUMBERS = " ".join(
    f"WHEN '{dataset}' THEN '{{{','.join(sorted(names))}}}'::text[]" for dataset, names in NUMBERS.items()
)
_MOVES = f"""
CASE WHEN operation = 'update' THEN (
  SELECT jsonb_agg(jsonb_build_array(name, row->'old'->name, row->'new'->name))::text
  FROM jsonb_array_elements(field_values) AS row, unnest(CASE dataset {_NUMBERS} END) AS name
  WHERE row->'new' ? name)
END AS moves
"""  # noqa: S608 - our own names

_AFTER = f"SELECT {_COLUMNS}, {_FIELDS}, {_MOVES} FROM changes WHERE position > $1 ORDER BY position LIMIT $2"  # noqa: S608 - our own names

AFTER_WITH_OLDEST = f"""
SELECT {_COLUMNS}, (SELECT min(position) FROM changes) AS oldest
FROM changes WHERE position > $1 ORDER BY position LIMIT $2
"""  # noqa: S608 - our own names

_SOURCE = """
SELECT system_identifier || '.' || oid FROM pg_control_system(), pg_database WHERE datname = current_database()
"""

_PRUNE = """
WITH oldest AS (
  SELECT position FROM (SELECT position, changed_at FROM changes ORDER BY position LIMIT $2) AS first
  WHERE changed_at < now() - make_interval(hours => $1)
),
gone AS (
  DELETE FROM changes WHERE position IN (SELECT position FROM oldest)
    AND position < (SELECT max(position) FROM changes)
  RETURNING 1
)
SELECT count(*) FROM gone
"""
