"""Building list indexes: in the background, one at a time, and never more than a share of the time.

Across workers an advisory lock lets one of them build a given index; the others find it in the shared tier.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from zlib import crc32

import structlog
from prometheus_client import Counter

from catalogue.background import beside
from catalogue.db.reading import ReadSession, Snapshot
from catalogue.errors import CatalogueError
from catalogue.listing.anchors import anchors_statement, rest_statement
from catalogue.listing.counting import epoch_statement
from catalogue.listing.index_store import IndexStore
from catalogue.listing.keyset import position_values
from catalogue.listing.list_index import STRIDE, ListIndex, pack
from catalogue.listing.list_request import ListRequest

MAX_WAITING = 32
BUILD_TIMEOUT_MS = 60_000
PAUSE_PER_BUILD = 4.0
"""After a build this many times its duration pass before the next, so that building takes a fifth at most."""


BUILDS = Counter(
    "catalogue_index_builds_total",
    "List indexes by how their building ended: built, found shared, being built elsewhere, failed.",
    ("outcome",),
)
BUILD_SECONDS = Counter("catalogue_index_build_seconds_total", "Time spent in building list indexes.")


class IndexBuilder:
    """The queue of one worker; each build begins after `spare`. What waits longest without being asked for again is dropped first."""

    def __init__(
        self, reader: ReadSession, store: IndexStore, *, spare: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._reader = reader
        self._store = store
        self._spare = spare
        self._waiting: OrderedDict[str, ListRequest] = OrderedDict()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._log = structlog.get_logger("catalogue.list_index")

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def ask(self, request: ListRequest) -> None:
        """Have the index of this list built soon."""
        digest = request.upward.digest
        self._waiting[digest] = request
        self._waiting.move_to_end(digest)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popitem(last=False)
        self._wake.set()
        self._idle.clear()

    async def idle(self) -> None:
        """Wait until all that was asked for was seen to."""
        await self._idle.wait()

    def running(self) -> AbstractAsyncContextManager[None]:
        """Build in the background as long as the context lasts."""
        return beside(self._run)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            while self._waiting:
                if self._spare is not None:
                    await self._spare()
                digest, request = self._waiting.popitem()
                started = perf_counter()
                try:
                    await self.build(request)
                except CatalogueError as error:
                    BUILDS.labels("failed").inc()
                    self._log.warning("list index not built", digest=digest, reason=error.detail)
                elapsed_s = perf_counter() - started
                BUILD_SECONDS.inc(elapsed_s)
                await asyncio.sleep(elapsed_s * PAUSE_PER_BUILD)
            self._wake.clear()
            self._idle.set()

    async def build(self, request: ListRequest) -> ListIndex | None:
        """Build one index, or take it from the shared tier; None when another worker is building it."""
        request = request.upward
        digest = request.digest
        async with self._reader.snapshot(timeout_ms=BUILD_TIMEOUT_MS) as snapshot:
            epoch = await _epoch(snapshot, request)
            shared = await self._store.shared(digest)
            if shared is not None and epoch is not None and shared.epoch == epoch:
                self._store.keep(digest, shared)
                BUILDS.labels("shared").inc()
                return shared
            if not await snapshot.try_lock(crc32(digest.encode())):
                BUILDS.labels("elsewhere").inc()
                return None
            index = await read_index(snapshot, request, epoch)
        BUILDS.labels("built").inc()
        self._store.keep(digest, index)
        await self._store.share(digest, index)
        return index


async def read_index(snapshot: Snapshot, request: ListRequest, epoch: str | None) -> ListIndex:
    """One index-only pass over an upward list, and the count of the rows after the last key."""
    values = request.bound_values
    rows = await snapshot.rows(anchors_statement(request), values)
    if not rows:
        return ListIndex(0, epoch, ())
    last = position_values(tuple(rows[-1]))
    [rest] = await snapshot.rows(rest_statement(request), {**values, **last})
    total = (len(rows) - 1) * STRIDE + int(rest[0])
    return ListIndex(total, epoch, tuple(pack(tuple(row)) for row in rows))


async def _epoch(snapshot: Snapshot, request: ListRequest) -> str | None:
    if request.collection.epoch is None:
        return None
    [row] = await snapshot.rows(epoch_statement(request.collection), {})
    return str(row[0])
