"""From the staging table to the products: all at once, or chunk by chunk with a note of how far it is."""

from dataclasses import dataclass
from typing import Protocol

import asyncpg
import stamina

from catalogue.db.bulk import TablesInUseError, settle, take_indexes_away
from catalogue.db.failures import is_retryable
from catalogue.importing import queries
from catalogue.importing.slugs import Labels

MANY_ROWS = 20_000
"""So many rows are loaded into an empty table without its indexes, and are worth new statistics."""

_ATTEMPTS = 6


@dataclass(frozen=True)
class Staged:
    """What lies in the staging table: the fields it sets, rows read and fit, and the labels that they name."""

    fields: tuple[str, ...]
    read: int
    good: int
    categories: Labels
    brands: Labels


@dataclass(frozen=True)
class Written:
    """What became of the rows up to a line of the file."""

    to_line: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def plus(self, more: "Written") -> "Written":
        return Written(
            more.to_line,
            self.created + more.created,
            self.updated + more.updated,
            self.unchanged + more.unchanged,
        )


class Journal(Protocol):
    """Notes how far an import is."""

    @property
    def begin(self) -> Written:
        """What earlier runs have written."""

    async def wrote(self, connection: asyncpg.Connection, chunk: Written, *, good: int) -> None:
        """Note a chunk in the transaction that wrote it, out of `good` rows. May raise to take it back."""


class _NoJournal:
    """For imports that are one transaction, or are not gone on with."""

    @property
    def begin(self) -> Written:
        return Written()

    async def wrote(self, connection: asyncpg.Connection, chunk: Written, *, good: int) -> None:
        """Nobody reads it."""


NO_JOURNAL = _NoJournal()


async def write_staged(
    connection: asyncpg.Connection, staged: Staged, *, journal: Journal, chunk_rows: int | None
) -> Written:
    """Create and update products from the staged rows that the journal does not have yet."""
    begin = journal.begin
    last = await queries.last_line(connection)
    if not begin.to_line and staged.good >= MANY_ROWS:
        try:
            return await _into_empty_table(connection, staged, last=last, journal=journal)
        except TablesInUseError:
            pass
    if chunk_rows is None:
        async with connection.transaction():
            await _add_labels(connection, staged)
            chunk = await _chunk(connection, staged, after=begin.to_line, to=last)
            await journal.wrote(connection, chunk, good=staged.good)
            return begin.plus(chunk)
    async with connection.transaction():
        await _add_labels(connection, staged)
    return await _in_chunks(connection, staged, begin=begin, journal=journal, chunk_rows=chunk_rows)


async def settle_products(connection: asyncpg.Connection, written: int) -> None:
    """Bring statistics up to date after many rows were written."""
    if written >= MANY_ROWS:
        await settle(connection, ["products"])


async def _into_empty_table(
    connection: asyncpg.Connection, staged: Staged, *, last: int, journal: Journal
) -> Written:
    """Raises TablesInUseError when it is not empty or not to be had."""
    async with connection.transaction():
        restore = await take_indexes_away(connection, ["products"])
        await _add_labels(connection, staged)
        written = await _chunk(connection, staged, after=0, to=last)
        await restore(lambda _done, _total: None)
        await journal.wrote(connection, written, good=staged.good)
    return written


async def _in_chunks(
    connection: asyncpg.Connection, staged: Staged, *, begin: Written, journal: Journal, chunk_rows: int
) -> Written:
    """Deadlocks with other writers are met by writing the chunk again."""
    await queries.index_staging(connection)
    written = begin
    while (to := await queries.line_after(connection, written.to_line, rows=chunk_rows)) is not None:
        async for attempt in stamina.retry_context(on=is_retryable, attempts=_ATTEMPTS, wait_max=0.5):
            with attempt:
                async with connection.transaction():
                    chunk = await _chunk(connection, staged, after=written.to_line, to=to)
                    await journal.wrote(connection, chunk, good=staged.good)
        written = written.plus(chunk)
    return written


async def _chunk(connection: asyncpg.Connection, staged: Staged, *, after: int, to: int) -> Written:
    found = await queries.upsert(connection, staged.fields, after=after, to=to)
    return Written(to, found.created, found.updated, found.rows - found.created - found.updated)


async def _add_labels(connection: asyncpg.Connection, staged: Staged) -> None:
    """Make the new categories and brands that good rows name."""
    if staged.categories.new:
        used = await queries.staged_slugs(connection, "category")
        await queries.add_categories(connection, staged.categories.wanted(used))
    if staged.brands.new:
        used = await queries.staged_slugs(connection, "brand")
        await queries.add_brands(connection, staged.brands.wanted(used))
