"""Documents of orders: the file first, then its row; so what a crash leaves is a file that the sweep takes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import Writer
from catalogue.edge.multipart import Form
from catalogue.errors import FieldError, NotFound, ValidationFailed
from catalogue.jobs.queue import TAKE_TEXTS, enqueue
from catalogue.orders.documents_checking import content_type
from catalogue.orders.documents_queries import insert_document
from catalogue.orders.models import DocumentType
from catalogue.storage.files import Files, new_key

FIELDS = ("type",)
_TYPES = [kind.value for kind in DocumentType]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What keeping documents needs of the running program."""

    writer: Writer
    files: Files
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """A file that is stored and checked, and waits for its row."""

    key: str
    values: Mapping[str, object]

    async def enter(self, connection: AsyncConnection, order_id: int) -> dict[str, object]:
        """Add the row and have the text taken; returns the document. Raises NotFound without the order."""
        values = {**self.values, "order_id": order_id, "storage_key": self.key}
        document = await insert_document(connection, values)
        if document is None:
            raise NotFound("there is no such order")
        await enqueue(connection, TAKE_TEXTS, int(str(document["id"])))
        return document


async def shelve(shelf: Shelf, form: Form, *, installation: UUID) -> Shelved:
    """Check the form's file and store it.

    Raises:
        ValidationFailed: The type is unknown, or the file is none that documents may be.
        Unavailable: The storage cannot take it.
    """
    values = await _checked(form)
    key = new_key(installation, "documents")
    await shelf.files.put(key, form.file.file)
    return Shelved(key, values)


async def _checked(form: Form) -> dict[str, object]:
    kind = form.fields.get("type")
    if kind is None:
        raise ValidationFailed(FieldError("body.type", "missing", "a type is needed"))
    if kind not in _TYPES:
        raise ValidationFailed(FieldError("body.type", "not_a_choice", f"must be one of {', '.join(_TYPES)}"))
    found, digest = await run_in_threadpool(_read, form.file.file, form.file_name)
    return {
        "type": kind,
        "file_name": form.file_name,
        "content_type": found,
        "size_bytes": form.size_bytes,
        "sha256": digest,
    }


def _read(file: IO[bytes], file_name: str) -> tuple[str, bytes]:
    found = content_type(file, file_name)
    digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
    file.seek(0)
    return found, digest
