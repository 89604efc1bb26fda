"""Every statement an import runs, besides COPY."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg

from catalogue.importing.slugs import NewLabel

STAGED = "staged_products"


@dataclass(frozen=True)
class Duplicate:
    """A staged row whose SKU an earlier row of the file has."""

    line: int
    sku: str
    first_line: int


async def slugs(connection: asyncpg.Connection, table: str) -> frozenset[str]:
    return frozenset(row["slug"] for row in await connection.fetch(f"SELECT slug FROM {table}"))  # noqa: S608 - our own names


async def make_staging(connection: asyncpg.Connection, fields: Sequence[str]) -> None:
    """The table the file goes to first: its line and its fields, gone with the transaction."""
    await connection.execute(
        f"CREATE TEMPORARY TABLE {STAGED} ON COMMIT DROP AS"  # noqa: S608 - our own names
        f" SELECT 0::bigint AS line, {', '.join(fields)} FROM products WITH NO DATA"
    )


async def duplicates(connection: asyncpg.Connection) -> AsyncIterator[Duplicate]:
    """The staged rows that come after another one of the same SKU, by line."""
    async for row in connection.cursor(_DUPLICATES):
        yield Duplicate(*row)


async def drop_duplicates(connection: asyncpg.Connection) -> int:
    """Leave only the first staged row of each SKU; returns how many went."""
    return _count(await connection.execute(_DROP_DUPLICATES))


async def staged_slugs(connection: asyncpg.Connection, column: str) -> set[str]:
    return {row[0] for row in await connection.fetch(f"SELECT DISTINCT {column} FROM {STAGED}")}  # noqa: S608 - our own names


async def add_categories(connection: asyncpg.Connection, labels: Sequence[NewLabel]) -> None:
    await connection.executemany(
        "INSERT INTO categories (slug, label, parent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(label.slug, label.label, label.parent) for label in labels],
    )


async def add_brands(connection: asyncpg.Connection, labels: Sequence[NewLabel]) -> None:
    await connection.executemany(
        "INSERT INTO brands (slug, label) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(label.slug, label.label) for label in labels],
    )


async def upsert(connection: asyncpg.Connection, fields: Sequence[str]) -> tuple[int, int]:
    """Create and update products from the staged rows; returns how many (created, updated).

    A product that has the staged values already is not written at all: its version stays.
    """
    columns = ", ".join(fields)
    others = [name for name in fields if name != "sku"]
    rows = await connection.fetch(
        _UPSERT.format(
            columns=columns,
            staged=", ".join(f"staged.{name}" for name in fields),
            assignments=", ".join(f"{name} = excluded.{name}" for name in others),
            present=", ".join(f"product.{name}" for name in others),
            wanted=", ".join(f"excluded.{name}" for name in others),
            staged_others=", ".join(f"staged.{name}" for name in others),
        )
    )
    created, updated = rows[0]
    return created, updated


def _count(status: str) -> int:
    return int(status.rsplit(" ", 1)[1])


_RANKED = f"""
SELECT ctid AS place, line, sku, first_value(line) OVER (PARTITION BY sku ORDER BY line) AS first_line
FROM {STAGED}
"""  # noqa: S608 - our own names
_DUPLICATES = f"SELECT line, sku, first_line FROM ({_RANKED}) AS ranked WHERE line > first_line ORDER BY line"  # noqa: S608
_DROP_DUPLICATES = f"""
DELETE FROM {STAGED} AS staged USING ({_RANKED}) AS ranked
WHERE staged.ctid = ranked.place AND ranked.line > ranked.first_line
"""  # noqa: S608 - our own names

_UPSERT = f"""
WITH written AS (
  INSERT INTO products AS product ({{columns}})
  SELECT {{staged}} FROM {STAGED} AS staged
  WHERE NOT EXISTS (
    SELECT FROM products AS product
    WHERE product.sku = staged.sku AND ({{present}}) IS NOT DISTINCT FROM ({{staged_others}})
  )
  ORDER BY line
  ON CONFLICT (sku) DO UPDATE SET {{assignments}}, version = product.version + 1, updated_at = now()
  WHERE ({{present}}) IS DISTINCT FROM ({{wanted}})
  RETURNING xmax = 0 AS created
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
"""  # noqa: S608 - our own names
