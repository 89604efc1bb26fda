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


@dataclass(frozen=True)
class Upserted:
    """How many staged rows there were, and what became of them."""

    rows: int
    created: int
    updated: int


async def slugs(connection: asyncpg.Connection, table: str) -> frozenset[str]:
    return frozenset(row["slug"] for row in await connection.fetch(f"SELECT slug FROM {table}"))  # noqa: S608 - our own names


async def make_staging(connection: asyncpg.Connection, fields: Sequence[str]) -> None:
    """The table the file goes to first: its line and its fields, gone with the connection."""
    await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGED}")
    await connection.execute(
        f"CREATE TEMPORARY TABLE {STAGED} AS"  # noqa: S608 - our own names
        f" SELECT 0::bigint AS line, {', '.join(fields)} FROM products WITH NO DATA"
    )


async def take_duplicates(connection: asyncpg.Connection) -> AsyncIterator[Duplicate]:
    """Leave only the first staged row of each SKU; the others are given back by line."""
    async with connection.transaction():
        await connection.execute(_MARK_DUPLICATES)
        await connection.execute(_DROP_DUPLICATES)
        async for row in connection.cursor(_DUPLICATES):
            yield Duplicate(*row)


async def index_staging(connection: asyncpg.Connection) -> None:
    """Have the staged rows found by their line."""
    await connection.execute(f"CREATE INDEX ON {STAGED} (line)")
    await connection.execute(f"ANALYZE {STAGED} (line)")


async def last_line(connection: asyncpg.Connection) -> int:
    """The last line that has a staged row; 0 when none has."""
    found: int = await connection.fetchval(f"SELECT coalesce(max(line), 0) FROM {STAGED}")  # noqa: S608
    return found


async def line_after(connection: asyncpg.Connection, line: int, *, rows: int) -> int | None:
    """The line that the next so many staged rows after `line` end with; None when there are no more."""
    found: int | None = await connection.fetchval(_LINE_AFTER, line, rows)
    return found


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


async def upsert(connection: asyncpg.Connection, fields: Sequence[str], *, after: int, to: int) -> Upserted:
    """Create and update products from the staged rows whose line is after `after`, up to `to`.

    A product that has the staged values already is not written at all: its version stays.
    """
    row = await connection.fetchrow(_UPSERT.format(**_parts(fields)), after, to)
    if row is None:
        raise RuntimeError("an aggregate has a row")
    return Upserted(*row)


async def preview(connection: asyncpg.Connection, fields: Sequence[str]) -> tuple[int, int]:
    """How many products the staged rows would create and update."""
    row = await connection.fetchrow(_PREVIEW.format(**_parts(fields)))
    if row is None:
        raise RuntimeError("an aggregate has a row")
    return row["created"], row["updated"]


def _parts(fields: Sequence[str]) -> dict[str, str]:
    others = [name for name in fields if name != "sku"]
    return {
        "columns": ", ".join(fields),
        "staged": ", ".join(f"staged.{name}" for name in fields),
        "assignments": ", ".join(f"{name} = excluded.{name}" for name in others),
        "present": ", ".join(f"product.{name}" for name in others),
        "wanted": ", ".join(f"excluded.{name}" for name in others),
        "staged_others": ", ".join(f"staged.{name}" for name in others),
    }


_LINE_AFTER = f"""
SELECT max(line) FROM (SELECT line FROM {STAGED} WHERE line > $1 ORDER BY line LIMIT $2) AS following
"""  # noqa: S608 - our own names

_MARK_DUPLICATES = f"""
CREATE TEMPORARY TABLE duplicate_products ON COMMIT DROP AS
SELECT place, line, sku, first_line FROM (
  SELECT ctid AS place, line, sku, min(line) OVER (PARTITION BY sku) AS first_line
  FROM {STAGED} WHERE sku IN (SELECT sku FROM {STAGED} GROUP BY sku HAVING count(*) > 1)
) AS repeated WHERE line > first_line
"""  # noqa: S608 - our own names
_DROP_DUPLICATES = f"DELETE FROM {STAGED} USING duplicate_products WHERE {STAGED}.ctid = place"  # noqa: S608
_DUPLICATES = "SELECT line, sku, first_line FROM duplicate_products ORDER BY line"

_UPSERT = f"""
WITH chunk AS (
  SELECT * FROM {STAGED} WHERE line > $1 AND line <= $2
), written AS (
  INSERT INTO products AS product ({{columns}})
  SELECT {{staged}} FROM chunk AS staged
  WHERE NOT EXISTS (
    SELECT FROM products AS product
    WHERE product.sku = staged.sku AND ({{present}}) IS NOT DISTINCT FROM ({{staged_others}})
  )
  ORDER BY line
  ON CONFLICT (sku) DO UPDATE SET {{assignments}}, version = product.version + 1, updated_at = now()
  WHERE ({{present}}) IS DISTINCT FROM ({{wanted}})
  RETURNING xmax = 0 AS created
)
SELECT (SELECT count(*) FROM chunk), count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created)
FROM written
"""  # noqa: S608 - our own names

_PREVIEW = f"""
SELECT count(*) FILTER (WHERE product.sku IS NULL) AS created,
  count(*) FILTER (WHERE product.sku IS NOT NULL AND ({{present}}) IS DISTINCT FROM ({{staged_others}})) AS updated
FROM {STAGED} AS staged LEFT JOIN products AS product ON product.sku = staged.sku
"""  # noqa: S608 - our own names
