"""Writes that bring a file: stored before the transaction, let go when that does not take effect."""

import hashlib
from dataclasses import dataclass
from typing import IO

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from catalogue.db.writing import Writer
from catalogue.edge.multipart import Form
from catalogue.errors import CatalogueError
from catalogue.storage.files import Files
from catalogue.writing.idempotency import HEADER, fingerprint
from catalogue.writing.serving import OriginWork, respond

REPLAYED = "idempotency-replayed"


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A form whose file lies in the storage at `key`."""

    form: Form
    files: Files
    key: str


async def respond_with_file(
    request: Request, writer: Writer, work: OriginWork, *, stored: StoredForm
) -> Response:
    """As `respond`; the stored file goes when the work fails, or when its answer is an earlier one."""
    digest = await run_in_threadpool(_digest, stored.form) if HEADER in request.headers else None
    try:
        response = await respond(request, writer, work, digest=digest)
    except CatalogueError:
        await stored.files.delete(stored.key)
        raise
    if REPLAYED in response.headers:
        await stored.files.delete(stored.key)
    return response


def _digest(form: Form) -> bytes:
    """What makes two uploads the same: the bytes, the name and the other fields."""
    fields = [part.encode() for field in sorted(form.fields.items()) for part in field]
    return fingerprint(_file_digest(form.file.file), form.file_name.encode(), *fields)


def _file_digest(file: IO[bytes]) -> bytes:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
