"""An import as the worker runs it: a file from the storage, its progress and refused rows kept as they come."""

import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import IO, BinaryIO, cast

import asyncpg
import structlog

from catalogue.importing import jobs_queries
from catalogue.importing.errors import ImportFileError, Refusal
from catalogue.importing.jobs_queries import StartedJob
from catalogue.importing.loading import ImportOptions, ImportResult, OnErrorPolicy, import_products
from catalogue.importing.mapping import SavedMapping, mapping_of
from catalogue.importing.metrics import OUTCOMES, ROWS
from catalogue.importing.models import ImportStatus
from catalogue.importing.source import Source, source_of
from catalogue.importing.writing import Written
from catalogue.storage.files import Files

CHUNK_ROWS = 5_000
MOST_ERRORS = 100_000
"""So many refused values are kept of one import; all are counted."""

_TICK_S = 0.5
_MANY_REFUSALS = 5_000
_READING_SHARE = 0.3
_log = structlog.get_logger("catalogue.import")


class StopImport(Exception):
    """The import is to end: it was cancelled, or deleted."""


@dataclass(frozen=True, slots=True)
class ImportConnections:
    """One connection for the rows and one for what is told of them meanwhile."""

    rows: asyncpg.Connection
    notes: asyncpg.Connection


async def run_import(
    connections: ImportConnections, files: Files, import_id: int, *, most_unpacked_bytes: int
) -> ImportResult | None:
    """Run an import to its end, or go on with it; None when it had ended or was cancelled.

    Whatever is wrong with the file ends in the job's record.

    Raises:
        Unavailable, asyncpg.PostgresError, OSError: Nothing wrong with the file; may go better next time.
    """
    job = await jobs_queries.start_job(connections.notes, import_id)
    if job is None:
        return None
    try:
        async with _opened(files, job.storage_key) as file:
            result = await _import(connections, file, job, import_id, most_unpacked_bytes)
    except StopImport:
        return None
    except ImportFileError as error:
        await end_import(
            connections.notes, files, import_id, ImportStatus.FAILED, ("unusable_file", str(error))
        )
        return None
    await _finish(connections.notes, files, import_id, job=job, result=result)
    return result


async def end_import(
    connection: asyncpg.Connection,
    files: Files,
    import_id: int,
    status: ImportStatus,
    error: tuple[str, str] | None = None,
) -> None:
    """End an import that has no result, and let go of its file."""
    key = await jobs_queries.finish_job(connection, import_id, status, error=error)
    if key is not None:
        await files.delete(key)


async def _import(
    connections: ImportConnections,
    file: BinaryIO,
    job: StartedJob,
    import_id: int,
    most_unpacked_bytes: int,
) -> ImportResult:
    mapping = mapping_of(SavedMapping.model_validate(job.mapping))
    options = ImportOptions(
        mapping,
        on_error=cast("OnErrorPolicy", job.on_error),
        dry_run=job.dry_run,
        chunk_rows=None if job.on_error == "reject_all" else CHUNK_ROWS,
    )
    source = source_of(file, encoding=mapping.encoding, most_unpacked_bytes=most_unpacked_bytes)
    record = _Record(connections.notes, import_id, source=source, job=job)
    result = await import_products(connections.rows, source, options, observer=record, journal=record)
    await record.keep_refusals()
    return result


async def _finish(
    connection: asyncpg.Connection, files: Files, import_id: int, *, job: StartedJob, result: ImportResult
) -> None:
    refused = result.failed and job.on_error == "reject_all" and not job.dry_run
    status = ImportStatus.FAILED if refused else ImportStatus.COMPLETED
    detail = f"{result.failed:,} of {result.read:,} rows were refused, so nothing was changed"
    key = await jobs_queries.finish_job(
        connection,
        import_id,
        status,
        error=("rows_refused", detail) if refused else None,
        counts=(result.read, result.failed, result.created, result.updated, result.unchanged),
    )
    _log.info("import ended", import_id=import_id, status=status.value, rows=result.read)
    if key is not None:
        await files.delete(key)


class _Record:
    """Observes an import and is its journal: everything goes to the job's record."""

    def __init__(
        self, connection: asyncpg.Connection, import_id: int, *, source: Source, job: StartedJob
    ) -> None:
        self._connection, self._import_id = connection, import_id
        self._source, self._job = source, job
        self._refusals: list[Refusal] = []
        self._counted: Counter[str] = Counter()
        self._told_at = 0.0

    @property
    def begin(self) -> Written:
        job = self._job
        return Written(job.written_to, job.created, job.updated, job.unchanged)

    async def rows_read(self, count: int, *, all_of_them: bool = False) -> None:
        """Note it, every _TICK_S at most until all are read. Raises StopImport when the import was cancelled."""
        if len(self._refusals) >= _MANY_REFUSALS:
            await self.keep_refusals()
        if perf_counter() - self._told_at < _TICK_S and not all_of_them:
            return
        await self.keep_refusals()
        goes_on = await jobs_queries.note_read(
            self._connection,
            self._import_id,
            read=count,
            failed=self._counted["rows"],
            progress=_READING_SHARE * self._share_read(),
        )
        if not goes_on:
            raise StopImport
        self._told_at = perf_counter()

    def refused(self, refusals: Sequence[Refusal]) -> None:
        self._counted["rows"] += 1
        ROWS.labels("refused").inc()
        room = MOST_ERRORS - self._counted["kept"]
        kept = refusals[:room] if room > 0 else ()
        self._counted["kept"] += len(kept)
        self._refusals.extend(kept)

    async def wrote(self, connection: asyncpg.Connection, chunk: Written, *, good: int) -> None:
        """Note a chunk within its transaction. Raises StopImport when the import was cancelled."""
        rows = (chunk.created, chunk.updated, chunk.unchanged)
        self._counted["written"] += sum(rows)
        before = self._job.created + self._job.updated + self._job.unchanged
        share = min((before + self._counted["written"]) / max(good, 1), 1)
        goes_on = await jobs_queries.note_written(
            connection,
            self._import_id,
            counts=(chunk.to_line, *rows),
            progress=_READING_SHARE + (1 - _READING_SHARE) * share,
        )
        if not goes_on:
            raise StopImport
        for outcome, count in zip(OUTCOMES, rows, strict=False):
            ROWS.labels(outcome).inc(count)

    async def keep_refusals(self) -> None:
        if self._refusals:
            await jobs_queries.keep_refusals(self._connection, self._import_id, self._refusals)
            self._refusals.clear()

    def _share_read(self) -> float:
        size = self._source.size_bytes
        return min(self._source.counter.bytes_read / size, 1) if size else 0


@asynccontextmanager
async def _opened(files: Files, key: str) -> AsyncIterator[BinaryIO]:
    """A stored file, opened where it lies or else copied here."""
    if files.folder is not None:
        with (files.folder / key).open("rb", buffering=0) as file:
            yield cast("BinaryIO", file)
        return
    with tempfile.TemporaryFile() as copy:
        await _copy(files, key, copy)
        yield cast("BinaryIO", copy)


async def _copy(files: Files, key: str, copy: IO[bytes]) -> None:
    async for piece in await files.read(key):
        copy.write(piece)
    copy.seek(0)
