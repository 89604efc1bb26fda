"""The text of documents, and the sweep of files that no row names."""

import tempfile
from datetime import timedelta

import asyncpg

from catalogue.db.pools import Pool, borrowed
from catalogue.errors import NotFound
from catalogue.orders.documents_queries import keep_texts, waiting_document
from catalogue.orders.models import TextsStatus
from catalogue.orders.texts import Limits, Texts, take_texts
from catalogue.settings import StorageSettings
from catalogue.storage.files import Files
from catalogue.storage.sweeping import sweep

GONE = "gone"


async def take_document_texts(pool: Pool, files: Files, settings: StorageSettings, document_id: int) -> None:
    """Take the text from a document and keep it. One that is gone or done is left as it is.

    Raises:
        Unavailable: The storage cannot answer.
    """
    async with borrowed(pool) as connection:
        document = await waiting_document(connection, document_id)
    if document is None:
        return
    limits = Limits(settings.texts_timeout_s, settings.texts_memory_bytes)
    texts = await _taken(files, document, limits)
    async with borrowed(pool) as connection:
        await keep_texts(connection, document_id, texts.pages, status=texts.status.value, error=texts.error)


async def sweep_files(pool: Pool, files: Files, settings: StorageSettings) -> int:
    """Delete files that no row names; returns how many."""
    async with borrowed(pool) as connection:
        return await sweep(connection, files, age=timedelta(seconds=settings.orphan_age_s))


async def _taken(files: Files, document: asyncpg.Record, limits: Limits) -> Texts:
    with tempfile.TemporaryFile() as file:
        try:
            async for piece in await files.read(document["storage_key"]):
                file.write(piece)
        except NotFound:
            return Texts((), TextsStatus.FAILED, GONE)
        file.seek(0)
        return await take_texts(file, document["content_type"], limits)
