"""Large tables for the growth benchmark, made quickly: the seeded products again and again, until there are enough.

PostgreSQL copies its own rows, two connections side by side, while the secondary indexes are away; then they are built,
two at a time. Copies have SKUs and instants of their own; names and prices repeat, as do those of a larger seed. An
interrupted table is made anew.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter

import asyncpg
import click

from catalogue.db.bulk import settle
from catalogue.db.migrating import upgrade
from catalogue.db.urls import driver_url
from catalogue.embedded import EmbeddedPostgres
from catalogue.seeding import seed
from catalogue.seeding.products import PRODUCT_COLUMNS
from catalogue.seeding.progress import shown_progress
from catalogue.settings import ServerSettings
from loadtests.databases import served_databases

SEEDED = 100_000
_SIDE_BY_SIDE = 2
_MARK = "complete"
_COPIED = (
    "category",
    "brand",
    "description",
    "price",
    "currency",
    "stock",
    "rating",
    "review_count",
    "image_url",
)


@contextmanager
def large_databases(rows: int) -> Iterator[dict[str, str]]:
    """As `seeded_databases`, with `rows` products (a multiple of SEEDED) and no orders; kept for the next run."""
    directory = ServerSettings().data_dir.absolute() / "loadtest" / f"{rows}-grown"
    if not (directory / _MARK).exists():
        shutil.rmtree(directory, ignore_errors=True)
        _make(directory, rows)
    with served_databases(directory) as environment:
        yield environment


def _make(directory: Path, rows: int) -> None:
    started = perf_counter()
    directory.mkdir(parents=True)
    with EmbeddedPostgres(directory / "postgres") as postgres:
        upgrade(postgres.url)
        with shown_progress() as progress:
            seed(postgres.url, products=SEEDED, orders=0, data_dir=directory, progress=progress)
        asyncio.run(_grow(driver_url(postgres.url), rows // SEEDED))
    (directory / _MARK).touch()
    click.echo(f"made {rows:,} products in {perf_counter() - started:.0f} s", err=True)


async def _grow(url: str, times: int) -> None:
    if times == 1:
        return
    async with _hurried(url):
        connection = await _connect(url)
        await connection.execute(_SAMPLE)
        parts = await connection.fetch(_INDEXES)
        for part in parts:
            await connection.execute(f"DROP INDEX {part['name']}")
        await _side_by_side(url, [_copy(number) for number in range(1, times)])
        await _side_by_side(url, [part["definition"] for part in parts])
        await connection.execute("DROP TABLE copied_products")
        await settle(connection, ("products",))
        await connection.close()


@asynccontextmanager
async def _hurried(url: str) -> AsyncIterator[None]:
    """Fewer checkpoints and no waiting for the disk, as long as the table is made."""
    connection = await _connect(url)
    for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '1h'", "autovacuum = off"):
        await connection.execute(f"ALTER SYSTEM SET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    yield
    await connection.execute("ALTER SYSTEM RESET ALL")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def _side_by_side(url: str, statements: Sequence[str]) -> None:
    waiting = iter(statements)

    async def work() -> None:
        connection = await _connect(url)
        for statement in waiting:
            await connection.execute(statement)
        await connection.close()

    await asyncio.gather(*(work() for _ in range(_SIDE_BY_SIDE)))


async def _connect(url: str) -> asyncpg.Connection:
    settings = {"synchronous_commit": "off", "maintenance_work_mem": "1GB", "statement_timeout": "0"}
    return await asyncpg.connect(url, server_settings={**settings, "max_parallel_maintenance_workers": "0"})


def _copy(number: int) -> str:
    """One more copy of the seeded products, the `number`th."""
    first = number * SEEDED
    columns = ", ".join(_COPIED)
    return (
        f"INSERT INTO products (sku, name, created_at, updated_at, {columns})"  # noqa: S608 - our own names and numbers
        f" SELECT 'CTL-' || lpad((substr(sku, 5)::bigint + {first})::text, 8, '0'), name,"
        f" created_at + interval '{number} seconds', updated_at + interval '{number} seconds', {columns}"
        " FROM copied_products ORDER BY id"
    )


_SAMPLE = f"CREATE UNLOGGED TABLE copied_products AS SELECT id, {', '.join(PRODUCT_COLUMNS)} FROM products"  # noqa: S608 - our own names
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index WHERE indrelid = 'products'::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 2 DESC
"""
