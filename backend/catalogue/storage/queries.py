"""Which files belong to this database."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg


async def installation(connection: asyncpg.Connection) -> UUID:
    """The id that every key of this database's files begins with."""
    found: UUID = await connection.fetchval("SELECT id FROM installation")
    return found


async def unnamed(connection: asyncpg.Connection, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no row names."""
    rows = await connection.fetch(_UNNAMED, list(keys))
    return [row["key"] for row in rows]


_UNNAMED = """
SELECT key FROM unnest($1::text[]) AS key
WHERE NOT EXISTS (SELECT FROM order_documents WHERE storage_key = key)
  AND NOT EXISTS (SELECT FROM import_jobs WHERE storage_key = key)
"""
