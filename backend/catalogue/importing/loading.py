"""One import: from a source of text to products in the database, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import asyncpg

from catalogue.db.bulk import TablesInUseError, settle, take_indexes_away
from catalogue.importing import queries
from catalogue.importing.errors import Refusal
from catalogue.importing.mapping import Mapping
from catalogue.importing.records import Table, read_table
from catalogue.importing.slugs import Labels
from catalogue.importing.source import Source
from catalogue.importing.staging import ImportObserver, stage
from catalogue.importing.validation import RowValidator, checked_rows

OnError = Literal["reject_row", "reject_all"]

_MANY_ROWS = 20_000


@dataclass(frozen=True)
class ImportResult:
    """How many rows were read and what became of them; `applied` is False when nothing was changed."""

    read: int
    created: int
    updated: int
    unchanged: int
    failed: int
    applied: bool


@dataclass(frozen=True)
class ImportOptions:
    """`dry_run` does everything and then takes it back; `reject_all` does so when any row is refused."""

    mapping: Mapping
    on_error: OnError = "reject_row"
    dry_run: bool = False


async def import_products(
    connection: asyncpg.Connection, source: Source, options: ImportOptions, *, observer: ImportObserver
) -> ImportResult:
    """Create and update products by SKU from `source`, in one transaction.

    Rows that say what the product already is change nothing. Refused rows go to the observer as they are
    found: those that are wrong in themselves first, then those whose SKU came before in the file.

    Raises:
        ImportFileError: The file is not usable; nothing was changed.
    """
    table = read_table(source, options.mapping)
    mapping = options.mapping.completed(table.columns)
    transaction = connection.transaction()
    await transaction.start()
    try:
        result = await _import(
            connection, table, options=replace(options, mapping=mapping), observer=observer
        )
    except BaseException:
        await transaction.rollback()
        raise
    await (transaction.commit() if result.applied else transaction.rollback())
    if result.applied and result.created + result.updated >= _MANY_ROWS:
        await settle(connection, ["products"])
    return result


async def _import(
    connection: asyncpg.Connection, table: Table, *, options: ImportOptions, observer: ImportObserver
) -> ImportResult:
    mapping, counted = options.mapping, _CountingObserver(observer)
    categories = Labels(await queries.slugs(connection, "categories"), create=mapping.create_categories)
    brands = Labels(await queries.slugs(connection, "brands"), create=mapping.create_brands)
    validator = RowValidator(mapping, table.columns, categories=categories, brands=brands)
    await queries.make_staging(connection, validator.fields)
    rows = checked_rows(table.rows, validator)
    read = await stage(connection, rows, fields=validator.fields, observer=counted)
    await _refuse_duplicates(connection, counted, column=mapping.columns.get("sku", "sku"))
    await _add_labels(connection, categories, brands)
    good = read - counted.failed
    created, updated = await _write(connection, validator.fields, rows=good)
    return ImportResult(
        read=read,
        created=created,
        updated=updated,
        unchanged=good - created - updated,
        failed=counted.failed,
        applied=not options.dry_run and not (counted.failed and options.on_error == "reject_all"),
    )


class _CountingObserver:
    """Counts the rows refused on their way to the real observer."""

    def __init__(self, observer: ImportObserver) -> None:
        self.failed = 0
        self._observer = observer

    def rows_read(self, count: int) -> None:
        self._observer.rows_read(count)

    def refused(self, refusals: Sequence[Refusal]) -> None:
        self.failed += 1
        self._observer.refused(refusals)


async def _refuse_duplicates(
    connection: asyncpg.Connection, observer: ImportObserver, *, column: str
) -> None:
    async for duplicate in queries.duplicates(connection):
        message = f"line {duplicate.first_line} has this SKU already"
        observer.refused([Refusal(duplicate.line, column, duplicate.sku, "duplicate_sku", message)])
    await queries.drop_duplicates(connection)


async def _add_labels(connection: asyncpg.Connection, categories: Labels, brands: Labels) -> None:
    """Make the new categories and brands that good rows name."""
    if categories.new:
        used = await queries.staged_slugs(connection, "category")
        await queries.add_categories(connection, categories.wanted(used))
    if brands.new:
        used = await queries.staged_slugs(connection, "brand")
        await queries.add_brands(connection, brands.wanted(used))


async def _write(connection: asyncpg.Connection, fields: Sequence[str], *, rows: int) -> tuple[int, int]:
    """Upsert; many rows go to an empty table without its indexes."""
    if rows < _MANY_ROWS:
        return await queries.upsert(connection, fields)
    try:
        async with connection.transaction():
            restore = await take_indexes_away(connection, ["products"])
    except TablesInUseError:
        return await queries.upsert(connection, fields)
    written = await queries.upsert(connection, fields)
    await restore(lambda _done, _total: None)
    return written
