"""Imports on the queue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from catalogue.db.failures import CONNECTION_FAILURES, is_retryable
from catalogue.db.pools import Pool, borrowed, open_connection
from catalogue.errors import Unavailable
from catalogue.importing.jobs_queries import file_of_ended, is_cancelling, only_runner
from catalogue.importing.models import ImportStatus
from catalogue.importing.running import ImportConnections, end_import, run_import
from catalogue.importing.writing import settle_products
from catalogue.settings import Settings
from catalogue.storage.files import Files

_log = structlog.get_logger("catalogue.worker")


class BusyElsewhere(Exception):
    """Another worker, taken for dead, still runs this import."""


async def run_queued_import(settings: Settings, files: Files, import_id: int) -> None:
    """Run an import, alone. A fault of ours ends it as failed.

    Raises:
        BusyElsewhere: Another worker runs it.
        Unavailable, asyncpg.PostgresError, OSError: It may go better next time.
    """
    async with _connections(settings.database.database_url, import_id) as connections:
        if not await only_runner(connections.notes, import_id):
            raise BusyElsewhere
        try:
            result = await run_import(
                connections,
                files,
                import_id,
                most_unpacked_bytes=settings.storage.max_unpacked_bytes,
            )
        except (Unavailable, *CONNECTION_FAILURES):
            raise
        except Exception as error:
            if is_retryable(error):
                raise
            _log.exception("import failed", import_id=import_id)
            await end_import(connections.notes, files, import_id, ImportStatus.FAILED, _told(error))
            return
        if result is not None and result.applied:
            await settle_products(connections.rows, result.created + result.updated)


async def let_go(pool: Pool, files: Files, import_id: int) -> None:
    """End an import that was to be cancelled, and delete the file of one that has ended; what it has written stays."""
    async with borrowed(pool) as connection:
        if await is_cancelling(connection, import_id):
            await end_import(connection, files, import_id, ImportStatus.CANCELLED)
        elif (key := await file_of_ended(connection, import_id)) is not None:
            await files.delete(key)


def _told(error: Exception) -> tuple[str, str]:
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return "conflict", "a category, brand or product was changed by others while it was imported"
    return "internal_error", "something went wrong on our side"


@asynccontextmanager
async def _connections(database_url: str, import_id: int) -> AsyncIterator[ImportConnections]:
    """Both are cut off at the end: what is under way then is rolled back by PostgreSQL."""
    rows = await open_connection(database_url, name="catalogue-import", request_id=f"import-{import_id}")
    try:
        notes = await open_connection(database_url, name="catalogue-import-notes")
        try:
            yield ImportConnections(rows, notes)
        finally:
            notes.terminate()
    finally:
        rows.terminate()
