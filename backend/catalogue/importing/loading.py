"""One import: from a source of text to products in the database.

The whole file is staged and checked before the first product is written. Then it is written in one transaction, or
in chunks, each of which notes in its own transaction how far it is, so that an import that was killed goes on from
there: the file is staged again, which changes nothing, and what is written already is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import asyncpg

from catalogue.importing import queries
from catalogue.importing.errors import Refusal
from catalogue.importing.mapping import Mapping
from catalogue.importing.records import read_table
from catalogue.importing.slugs import Labels
from catalogue.importing.source import Source
from catalogue.importing.staging import ImportObserver, stage
from catalogue.importing.validation import RowValidator, checked_rows
from catalogue.importing.writing import NO_JOURNAL, Journal, Staged, write_staged

OnErrorPolicy = Literal["reject_row", "reject_all"]


@dataclass(frozen=True)
class ImportResult:
    """How many rows were read and what became of them; `applied` is False when nothing was changed.

    The counts of a dry run are those that it would have had.
    """

    read: int
    created: int
    updated: int
    unchanged: int
    failed: int
    applied: bool


@dataclass(frozen=True)
class ImportOptions:
    """`reject_all` changes nothing when any row is refused. Without `chunk_rows` all is one transaction."""

    mapping: Mapping
    on_error: OnErrorPolicy = "reject_row"
    dry_run: bool = False
    chunk_rows: int | None = None


async def import_products(
    connection: asyncpg.Connection,
    source: Source,
    options: ImportOptions,
    *,
    observer: ImportObserver,
    journal: Journal = NO_JOURNAL,
) -> ImportResult:
    """Create and update products by SKU from `source`.

    Rows that say what the product already is change nothing. Refused rows go to the observer as they are
    found: those that are wrong in themselves first, then those whose SKU came before in the file.

    Raises:
        ImportFileError: The file is not usable; nothing was changed.
    """
    counted = _CountingObserver(observer)
    staged = await _stage(connection, source, options, observer=counted)
    nothing = ImportResult(staged.read, 0, 0, 0, counted.failed, applied=False)
    if options.dry_run:
        created, updated = await queries.preview(connection, staged.fields)
        unchanged = staged.good - created - updated
        return replace(nothing, created=created, updated=updated, unchanged=unchanged)
    if counted.failed and options.on_error == "reject_all":
        return nothing
    written = await write_staged(connection, staged, journal=journal, chunk_rows=options.chunk_rows)
    return replace(
        nothing,
        created=written.created,
        updated=written.updated,
        unchanged=written.unchanged,
        applied=True,
    )


async def _stage(
    connection: asyncpg.Connection,
    source: Source,
    options: ImportOptions,
    *,
    observer: "_CountingObserver",
) -> Staged:
    table = read_table(source, options.mapping)
    mapping = options.mapping.completed(table.columns)
    categories = Labels(await queries.slugs(connection, "categories"), create=mapping.create_categories)
    brands = Labels(await queries.slugs(connection, "brands"), create=mapping.create_brands)
    validator = RowValidator(mapping, table.columns, categories=categories, brands=brands)
    await queries.make_staging(connection, validator.fields)
    rows = checked_rows(table.rows, validator)
    read = await stage(connection, rows, fields=validator.fields, observer=observer)
    await _refuse_duplicates(connection, observer, column=mapping.columns.get("sku", "sku"))
    await observer.rows_read(read, all_of_them=True)
    return Staged(
        fields=validator.fields,
        read=read,
        good=read - observer.failed,
        categories=categories,
        brands=brands,
    )


class _CountingObserver:
    """Counts the rows refused on their way to the real observer."""

    def __init__(self, observer: ImportObserver) -> None:
        self.failed = 0
        self._observer = observer

    async def rows_read(self, count: int, *, all_of_them: bool = False) -> None:
        await self._observer.rows_read(count, all_of_them=all_of_them)

    def refused(self, refusals: Sequence[Refusal]) -> None:
        self.failed += 1
        self._observer.refused(refusals)


async def _refuse_duplicates(
    connection: asyncpg.Connection, observer: _CountingObserver, *, column: str
) -> None:
    async for duplicate in queries.take_duplicates(connection):
        message = f"line {duplicate.first_line} has this SKU already"
        observer.refused([Refusal(duplicate.line, column, duplicate.sku, "duplicate_sku", message)])
