"""Reading vocabularies: in the background, one worker at a time, and never more than a small share of the time."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from zlib import crc32

import structlog

from catalogue.background import beside
from catalogue.db.reading import ReadSession, Snapshot
from catalogue.errors import CatalogueError
from catalogue.listing.counting import epoch_statement
from catalogue.listing.declaration import Collection
from catalogue.listing.vocabulary import Vocabulary
from catalogue.listing.vocabulary_statements import (
    WHOLE,
    codes_statement,
    rows_statement,
    size_statement,
    words_statement,
)

ROWS_READ = 200_000
"""Of a larger table a sample of about so many rows is read: words that it lacks are looked for when they are asked."""

TIMEOUT_MS = 60_000
LOOK_EVERY_S = 30.0
LOCKED_PAUSE_S = 1.0
PAUSE_PER_READING = 50.0
"""After a reading this many times its duration pass before the next."""

_ROWS_OF_A_PAGE = 5


class Vocabularies:
    """The vocabularies of one worker. Until one has been read, nothing is corrected and every match is ranked."""

    def __init__(self, reader: ReadSession, collections: Iterable[Collection]) -> None:
        self._reader = reader
        self._collections = [listed for listed in collections if listed.searched is not None]
        self._known: dict[str, Vocabulary] = {}
        self._epochs: dict[str, str | None] = {}
        self._log = structlog.get_logger("catalogue.vocabulary")
        self.ready = asyncio.Event()

    def of(self, collection: Collection) -> Vocabulary | None:
        """The newest vocabulary of a collection."""
        return self._known.get(collection.name)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Read in the background as long as the context lasts."""
        return beside(self._run)

    async def _run(self) -> None:
        while True:
            started = perf_counter()
            left = [listed for listed in self._collections if not await self._try_to_read(listed)]
            if left:
                await asyncio.sleep(LOCKED_PAUSE_S)
                continue
            self.ready.set()
            await asyncio.sleep(max(LOOK_EVERY_S, (perf_counter() - started) * PAUSE_PER_READING))

    async def _try_to_read(self, collection: Collection) -> bool:
        try:
            return await self.read(collection)
        except CatalogueError as error:
            self._log.warning("vocabulary not read", collection=collection.name, reason=error.detail)
            return True

    async def read(self, collection: Collection) -> bool:
        """Read one vocabulary where the table has changed; False when another worker is reading it just now."""
        async with self._reader.snapshot(timeout_ms=TIMEOUT_MS) as snapshot:
            epoch = await _epoch(snapshot, collection)
            if epoch is not None and epoch == self._epochs.get(collection.name):
                return True
            if not await snapshot.try_lock(crc32(f"vocabulary of {collection.name}".encode())):
                return False
            words, rows, codes = await _contents(snapshot, collection)
        self._known[collection.name] = await asyncio.to_thread(Vocabulary, words, rows=rows, codes=codes)
        self._epochs[collection.name] = epoch
        return True


async def _contents(snapshot: Snapshot, collection: Collection) -> tuple[dict[str, int], int, list[str]]:
    """Words with the number of rows that have each, the number of rows, and codes."""
    [size] = await snapshot.rows(size_statement(collection))
    about = max(int(size[0]), int(size[1]) * _ROWS_OF_A_PAGE)
    percent = min(WHOLE, WHOLE * ROWS_READ / max(about, 1))
    [counted] = await snapshot.rows(rows_statement(collection, percent))
    found = await snapshot.rows(words_statement(collection, percent))
    statement = codes_statement(collection, percent)
    codes = [] if statement is None else await snapshot.rows(statement)
    scale = WHOLE / percent
    words = {row[0]: round(row[1] * scale) for row in found}
    return words, round(counted[0] * scale), [row[0].upper() for row in codes]


async def _epoch(snapshot: Snapshot, collection: Collection) -> str | None:
    if collection.epoch is None:
        return None
    [row] = await snapshot.rows(epoch_statement(collection))
    return str(row[0])
