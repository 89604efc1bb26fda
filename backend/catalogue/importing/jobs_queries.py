"""Every statement about imports as records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.statements import compile_statement
from catalogue.importing.errors import Refusal
from catalogue.importing.models import ImportStatus

JOB_COLUMNS = (
    "id",
    "status",
    "dataset",
    "file_name",
    "size_bytes",
    "on_error",
    "dry_run",
    "rows_read",
    "rows_created",
    "rows_updated",
    "rows_unchanged",
    "rows_failed",
    "errors_kept",
    "progress",
    "error_code",
    "error_detail",
    "started_at",
    "finished_at",
    "created_at",
    "updated_at",
    "version",
)
_COLUMNS = ", ".join(JOB_COLUMNS)
_CHANGED = "updated_at = now(), version = version + 1"
_ERROR_COLUMNS = ("import_id", "line", "column", "value", "code", "message")

INSTALLATION = compile_statement(text("SELECT id FROM installation"))
EXISTS = compile_statement(text("SELECT 1 FROM import_jobs WHERE id = :import_id"))

_INSERT = text(
    f"""
    WITH made AS (
    INSERT INTO import_jobs (dataset, file_name, size_bytes, storage_key, mapping, on_error, dry_run)
    VALUES (:dataset, :file_name, :size_bytes, :storage_key, CAST(:mapping AS jsonb),
        CAST(:on_error AS import_on_error), :dry_run)
    RETURNING {_COLUMNS}
    ) SELECT id, version, row_to_json(made)::text AS body FROM made"""  # noqa: S608 - constant text
)
_QUEUED = text("UPDATE import_jobs SET queue_id = :queue_id WHERE id = :import_id")
_CANCEL = text(
    f"""
    WITH made AS (
    UPDATE import_jobs SET {_CHANGED},
        status = CASE status WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END::import_status,
        finished_at = CASE status WHEN 'queued' THEN now() END
    WHERE id = :import_id AND status IN ('queued', 'running')
    RETURNING {_COLUMNS}
    ) SELECT made.version, row_to_json(made)::text AS body, job.queue_id
    FROM made JOIN import_jobs AS job ON job.id = made.id"""  # noqa: S608 - constant text
)
_DELETE = text(
    "DELETE FROM import_jobs WHERE id = :import_id AND status IN ('completed', 'failed', 'cancelled')"
    " RETURNING id, storage_key"
)
_START = f"""
UPDATE import_jobs SET {_CHANGED}, status = 'running', errors_kept = 0, started_at = coalesce(started_at, now())
WHERE id = $1 AND status IN ('queued', 'running') AND storage_key IS NOT NULL
RETURNING storage_key, mapping::text, on_error::text, dry_run,
  written_to, rows_created, rows_updated, rows_unchanged
"""  # noqa: S608 - constant text
_NOTE_READ = f"""
UPDATE import_jobs SET {_CHANGED}, rows_read = greatest(rows_read, $2),
  rows_failed = greatest(rows_failed, $3), progress = greatest(progress, $4)
WHERE id = $1 AND status = 'running'
"""  # noqa: S608 - constant text
_NOTE_WRITTEN = f"""
UPDATE import_jobs SET {_CHANGED}, written_to = $2, rows_created = rows_created + $3,
  rows_updated = rows_updated + $4, rows_unchanged = rows_unchanged + $5, progress = greatest(progress, $6)
WHERE id = $1 AND status = 'running'
"""  # noqa: S608 - constant text
_FINISH = f"""
WITH ended AS (SELECT storage_key FROM import_jobs WHERE id = $1)
UPDATE import_jobs SET {_CHANGED}, status = $2::text::import_status, finished_at = now(),
  storage_key = NULL, error_code = $3, error_detail = $4,
  progress = CASE $2::text WHEN 'completed' THEN 1 ELSE progress END,
  rows_read = coalesce($5, rows_read), rows_failed = coalesce($6, rows_failed),
  rows_created = coalesce($7, rows_created), rows_updated = coalesce($8, rows_updated),
  rows_unchanged = coalesce($9, rows_unchanged)
WHERE id = $1 AND finished_at IS NULL RETURNING (SELECT storage_key FROM ended)
"""  # noqa: S608 - constant text
_FILE_OF_ENDED = """
WITH ended AS (SELECT storage_key FROM import_jobs WHERE id = $1)
UPDATE import_jobs SET storage_key = NULL WHERE id = $1 AND finished_at IS NOT NULL AND storage_key IS NOT NULL
RETURNING (SELECT storage_key FROM ended)
"""
_STATUS = text("SELECT status::text FROM import_jobs WHERE id = :import_id")


@dataclass(frozen=True, slots=True)
class StartedJob:
    """What a worker needs to know of an import, and how far earlier runs of it came."""

    storage_key: str
    mapping: dict[str, Any]
    on_error: str
    dry_run: bool
    written_to: int
    created: int
    updated: int
    unchanged: int


async def insert_job(connection: AsyncConnection, values: dict[str, object]) -> dict[str, Any]:
    """Add an import; returns its `id`, `version` and, as JSON, `body`."""
    return dict((await connection.execute(_INSERT, values)).mappings().one())


async def note_queued(connection: AsyncConnection, import_id: int, queue_id: int) -> None:
    await connection.execute(_QUEUED, {"import_id": import_id, "queue_id": queue_id})


async def cancel_job(connection: AsyncConnection, import_id: int) -> dict[str, Any] | None:
    """Cancel an import that is queued, ask one that runs to stop; its `version`, `body` and `queue_id`, or None."""
    row = (await connection.execute(_CANCEL, {"import_id": import_id})).mappings().one_or_none()
    return dict(row) if row else None


async def delete_job(connection: AsyncConnection, import_id: int) -> dict[str, Any] | None:
    """Delete an import that has ended, with its refused rows; None when there is none such."""
    row = (await connection.execute(_DELETE, {"import_id": import_id})).mappings().one_or_none()
    return dict(row) if row else None


async def job_status(connection: AsyncConnection, import_id: int) -> str | None:
    found: str | None = (await connection.execute(_STATUS, {"import_id": import_id})).scalar_one_or_none()
    return found


async def only_runner(connection: asyncpg.Connection, import_id: int) -> bool:
    """Whether nobody else runs this import; holds until the connection ends."""
    found: bool = await connection.fetchval(
        "SELECT pg_try_advisory_lock(hashtext('catalogue import'), $1::int)", import_id % 2**31
    )
    return found


async def start_job(connection: asyncpg.Connection, import_id: int) -> StartedJob | None:
    """Have an import run; None when it has ended or is to be cancelled. What earlier runs refused is forgotten."""
    async with connection.transaction():
        row = await connection.fetchrow(_START, import_id)
        if row is None:
            return None
        await connection.execute("DELETE FROM import_errors WHERE import_id = $1", import_id)
    return StartedJob(row[0], orjson.loads(row[1]), *row[2:])


async def note_read(
    connection: asyncpg.Connection, import_id: int, *, read: int, failed: int, progress: float
) -> bool:
    """Note how many rows were read; False when the import is to stop. Figures never go back."""
    found = await connection.execute(
        _NOTE_READ,
        import_id,
        read,
        failed,
        progress,
    )
    return found == "UPDATE 1"


async def note_written(
    connection: asyncpg.Connection, import_id: int, *, counts: Sequence[int], progress: float
) -> bool:
    """Note a chunk: its last line, rows created, updated and unchanged. False when the import is to stop."""
    found = await connection.execute(
        _NOTE_WRITTEN,
        import_id,
        *counts,
        progress,
    )
    return found == "UPDATE 1"


async def keep_refusals(connection: asyncpg.Connection, import_id: int, refusals: Sequence[Refusal]) -> None:
    """Add refused values to an import's list."""
    records = [
        (import_id, refusal.line, refusal.column, refusal.value, refusal.code, refusal.message)
        for refusal in refusals
    ]
    async with connection.transaction():
        await connection.copy_records_to_table("import_errors", records=records, columns=_ERROR_COLUMNS)
        await connection.execute(
            "UPDATE import_jobs SET errors_kept = errors_kept + $2 WHERE id = $1", import_id, len(records)
        )


async def finish_job(
    connection: asyncpg.Connection,
    import_id: int,
    status: ImportStatus,
    *,
    error: tuple[str, str] | None = None,
    counts: Sequence[int] | None = None,
) -> str | None:
    """End an import with its last counts (read, failed, created, updated, unchanged); its file's key, if any."""
    row = await connection.fetchrow(
        _FINISH,
        import_id,
        status.value,
        *(error or (None, None)),
        *(counts or (None,) * 5),
    )
    return row[0] if row else None


async def is_cancelling(connection: asyncpg.Connection, import_id: int) -> bool:
    found: bool = await connection.fetchval(
        "SELECT coalesce((SELECT status = 'cancelling' FROM import_jobs WHERE id = $1), false)", import_id
    )
    return found


async def file_of_ended(connection: asyncpg.Connection, import_id: int) -> str | None:
    """The key of the file that an ended import still has, and has no more."""
    found: str | None = await connection.fetchval(_FILE_OF_ENDED, import_id)
    return found
