"""Putting files away, reading them and deleting them. The library does folders and S3 alike."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import UUID, uuid4

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from catalogue.breakers import BreakerOpen, Breakers
from catalogue.errors import NotFound, Unavailable
from catalogue.settings import Settings

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult
    from obstore.store import ClientConfig, RetryConfig

_STREAM_BYTES = 256 * 1024
_GONE = (FileNotFoundError, obstore.exceptions.NotFoundError)
_UNANSWERED = (obstore.exceptions.GenericError, ConnectionError, TimeoutError)
_LEFT_ALONE_S = 5.0
_FAILURES = (OSError, obstore.exceptions.BaseError, BreakerOpen)
_TIMES: "ClientConfig" = {"connect_timeout": timedelta(seconds=2), "timeout": timedelta(seconds=30)}
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
"""Every operation may be repeated: a key is new whenever something is put under it, and then never changes."""


def new_key(installation: UUID, purpose: str) -> str:
    """A key that nobody can guess and no client has a part in."""
    name = uuid4().hex
    return f"{installation}/{purpose}/{name[:2]}/{name[2:]}"


@dataclass(frozen=True, slots=True)
class Files:
    """Files under their keys. Every method raises Unavailable when the storage cannot answer."""

    store: ObjectStore
    folder: Path | None
    guard: AbstractContextManager[None] = field(default_factory=nullcontext)

    async def put(self, key: str, file: IO[bytes]) -> None:
        """Store a whole file; it is there completely or not at all."""
        try:
            with self.guard:
                await obstore.put_async(self.store, key, file)
        except _FAILURES as error:
            raise Unavailable("the storage cannot take the file") from error

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, exclusive. Raises NotFound when the file is gone."""
        try:
            part: GetOptions = {"range": {"offset": start} if end is None else (start, end)}
            with self.guard:
                found = await obstore.get_async(self.store, key, options=part)
        except (*_GONE, ValueError):
            raise NotFound("the content is not in the storage") from None
        except _FAILURES as error:
            raise Unavailable("the storage cannot answer") from error
        return _pieces(found)

    async def delete(self, key: str) -> None:
        """Delete a file; one that is gone already is no error."""
        try:
            with self.guard:
                await obstore.delete_async(self.store, key)
        except _GONE:
            return
        except _FAILURES as error:
            raise Unavailable("the storage cannot answer") from error

    async def older_than(self, age: timedelta, *, installation: UUID) -> AsyncIterator[list[str]]:
        """The keys of an installation's files that were written longer ago than `age`, in batches."""
        before = datetime.now(UTC) - age
        try:
            async for batch in obstore.list(self.store, prefix=str(installation)):
                yield [found["path"] for found in batch if found["last_modified"] < before]
        except _FAILURES as error:
            raise Unavailable("the storage cannot answer") from error


def open_files(settings: Settings, breakers: Breakers | None = None) -> Files:
    """The storage that STORAGE_URL names, else the folder `documents` in DATA_DIR, made when it is missing.

    A bucket that does not answer is left alone for a few seconds; a folder has nothing to recover from.
    """
    url = settings.storage.storage_url
    if url:
        store = S3Store.from_url(url, client_options=_TIMES, retry_config=_RETRIES)
        breaker = (breakers or Breakers()).new("storage", counted=_UNANSWERED, pause_s=_LEFT_ALONE_S)
        return Files(store, folder=None, guard=breaker)
    folder = (settings.server.data_dir / "documents").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return Files(LocalStore(folder), folder=folder)


async def _pieces(found: "GetResult") -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=_STREAM_BYTES):
        yield bytes(piece)
