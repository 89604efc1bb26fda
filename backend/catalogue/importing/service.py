"""Taking imports in, cancelling and deleting them. The file first, then its row: a crash leaves a file to sweep."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import Writer
from catalogue.edge.multipart import Form
from catalogue.errors import Conflict, NotFound
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


async def take_import(desk: ImportDesk, form: Form, *, installation: UUID) -> dict[str, Any]:
    """Store the file and queue its import; returns the job.

    Raises:
        ValidationFailed: An option is wrong, or the file is no table at the first look.
        Unavailable: The storage cannot take it.
    """
    request = import_request(form.fields)
    await run_in_threadpool(require_table, form.file.file)
    key = new_key(installation, "imports")
    await desk.files.put(key, form.file.file)
    values = {
        "dataset": request.dataset,
        "file_name": form.file_name,
        "size_bytes": form.size_bytes,
        "storage_key": key,
        "mapping": orjson.dumps(request.mapping).decode(),
        "on_error": request.on_error,
        "dry_run": request.dry_run,
    }

    async def insert(connection: AsyncConnection) -> dict[str, Any]:
        job = await jobs_queries.insert_job(connection, values)
        await jobs_queries.note_queued(
            connection, job["id"], await enqueue(connection, RUN_IMPORT, job["id"])
        )
        return job

    return await desk.writer.transaction(insert)


async def cancel_import(desk: ImportDesk, import_id: int) -> dict[str, Any]:
    """Cancel an import; one that runs stops within a second or two, and what it has written stays.

    Raises:
        NotFound, Conflict: There is none, or it has ended.
    """

    async def cancel(connection: AsyncConnection) -> dict[str, Any]:
        job = await jobs_queries.cancel_job(connection, import_id)
        if job is None:
            return await _refuse(connection, import_id, "only what is queued or runs can be cancelled")
        if (number := job.pop("queue_id")) is not None:
            await interrupt(connection, number)
        return job

    return await desk.writer.transaction(cancel)


async def delete_import(desk: ImportDesk, import_id: int) -> str | None:
    """Delete an import that has ended, with its refused rows; returns the key of a file it still has.

    Raises:
        NotFound, Conflict: There is none, or it has not ended.
    """

    async def delete(connection: AsyncConnection) -> str | None:
        job = await jobs_queries.delete_job(connection, import_id)
        if job is None:
            await _refuse(connection, import_id, "cancel it first")
            return None
        key: str | None = job["storage_key"]
        return key

    return await desk.writer.transaction(delete)


async def _refuse(connection: AsyncConnection, import_id: int, reason: str) -> dict[str, Any]:
    status = await jobs_queries.job_status(connection, import_id)
    if status is None:
        raise NotFound("there is no such import")
    raise Conflict(f"{reason}: this import is {status}")
