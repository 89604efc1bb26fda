"""Taking imports in, cancelling and deleting them. The file first, then its row: a crash leaves a file to sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import Writer
from catalogue.edge.multipart import Form
from catalogue.errors import CatalogueError, Conflict, NotFound
from catalogue.importing import jobs_queries
from catalogue.importing.requests import import_request, require_table
from catalogue.jobs.queue import RUN_IMPORT, enqueue, interrupt
from catalogue.storage.files import Files, new_key


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """What taking imports in needs of the running program."""

    writer: Writer
    files: Files
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is stored, with what is to be done with it, and waits for its record."""

    key: str
    values: Mapping[str, object]

    async def enter(self, connection: AsyncConnection) -> dict[str, Any]:
        """Add the record and queue the import; returns the job."""
        job = await jobs_queries.insert_job(connection, {**self.values, "storage_key": self.key})
        number = await enqueue(connection, RUN_IMPORT, job["id"])
        await jobs_queries.note_queued(connection, job["id"], number)
        return job


async def receive(desk: ImportDesk, form: Form, *, installation: UUID) -> Received:
    """Check the options and store the file.

    Raises:
        ValidationFailed: An option is wrong, or the file is no table at the first look.
        Unavailable: The storage cannot take it.
    """
    asked = import_request(form.fields)
    await run_in_threadpool(require_table, form.file.file)
    key = new_key(installation, "imports")
    await desk.files.put(key, form.file.file)
    values = {
        "dataset": asked.dataset,
        "file_name": form.file_name,
        "size_bytes": form.size_bytes,
        "mapping": orjson.dumps(asked.mapping).decode(),
        "on_error": asked.on_error,
        "dry_run": asked.dry_run,
    }
    return Received(key, values)


async def cancel_import(connection: AsyncConnection, import_id: int) -> dict[str, Any]:
    """Cancel an import; one that runs stops within a second or two, and what it has written stays.

    Raises:
        NotFound, Conflict: There is none, or it has ended.
    """
    job = await jobs_queries.cancel_job(connection, import_id)
    if job is None:
        raise await _refusal(connection, import_id, "only what is queued or runs can be cancelled")
    if (number := job["queue_id"]) is not None:
        await interrupt(connection, number)
    return job


async def delete_import(connection: AsyncConnection, import_id: int) -> str | None:
    """Delete an import that has ended, with its refused rows; returns the key of a file it still has.

    Raises:
        NotFound, Conflict: There is none, or it has not ended.
    """
    job = await jobs_queries.delete_job(connection, import_id)
    if job is None:
        raise await _refusal(connection, import_id, "cancel it first")
    key: str | None = job["storage_key"]
    return key


async def _refusal(connection: AsyncConnection, import_id: int, reason: str) -> CatalogueError:
    status = await jobs_queries.job_status(connection, import_id)
    if status is None:
        return NotFound("there is no such import")
    return Conflict(f"{reason}: this import is {status}")
