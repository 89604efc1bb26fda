"""The change feed of one worker: every committed change, in commit order, wherever it was made.

The log in PostgreSQL is the truth and a notification is only a wake-up: the feed reads what follows its position,
so a lost notification or a lost connection delays it and never makes it miss anything. It looks several times a
second as well, so a connection that is dead without saying so is noticed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import monotonic, time

import asyncpg
import stamina
import structlog

from catalogue.background import beside
from catalogue.changes import metrics, queries
from catalogue.changes.change import DATASETS, Change
from catalogue.changes.epochs import Epochs, floor_at
from catalogue.changes.moves import Borders, Moves, Rows, Span
from catalogue.changes.recent import RecentChanges
from catalogue.db.failures import CONNECTION_FAILURES
from catalogue.db.urls import driver_url

LOOK_EVERY_S = 0.3
PAUSE_S = 0.008
"""Between two looks: of many changes in a row several are read at once, and a single one does not wait."""

ANSWER_WITHIN_S = 0.6
LOAD_WITHIN_S = 30.0

Callback = Callable[[Change | None], None]


class ChangeFeed:
    """Follows the log while `running()` lasts. Not to be shared between event loops.

    Attributes:
        position: The last change that was applied; 0 before the first.
        connected: False from the moment the connection is seen to be lost until everything missed is applied.
        source: Names the database that the positions count in; other databases give other names.
        looked_at: Everything committed before this instant of the monotonic clock is applied.
        recent: The newest changes, for whoever follows them at a pace of its own.
    """

    def __init__(self, database_url: str, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self.position = 0
        self.connected = False
        self.source = ""
        self.looked_at = float("-inf")
        self.recent = RecentChanges(0)
        self._database_url = driver_url(database_url)
        self._look_every_s = look_every_s
        self._epochs = {name: Epochs() for name in DATASETS}
        self._moves = {name: Moves(0) for name in DATASETS}
        self._subscribers: dict[object, Callback] = {}
        self._promised = 0
        self._woken = asyncio.Event()
        self._advanced = asyncio.Event()
        self._looked = asyncio.Event()
        self._log = structlog.get_logger("catalogue.changes")

    @property
    def lag_s(self) -> float:
        """Seconds since everything that was committed is known to have been applied."""
        return monotonic() - self.looked_at

    def caught_up_within(self, seconds: float) -> bool:
        """Whether everything committed up to that many seconds ago is known to be applied, and what was promised."""
        return self.position >= self._promised and monotonic() - self.looked_at <= seconds

    def epoch(self, dataset: str, tags: Iterable[str]) -> int:
        """The position of the newest change that touches any of these tags; the tag "" is the whole dataset.

        The same on every worker that has applied the same changes. Raises KeyError for an unknown dataset.
        """
        return self._epochs[dataset].newest(tags, floor=floor_at(self.position))

    def crossed(
        self,
        dataset: str,
        borders: Iterable[Borders],
        span: Span | None,
        *,
        since: int,
        among: Rows | None = None,
    ) -> bool:
        """Whether a number of the dataset, or of these rows of it, may have crossed one of these after the change at `since`.

        `span` are the first and the last value of the page that is looked at. Raises KeyError for an unknown dataset.
        """
        return self._moves[dataset].crossed(borders, span, since=since, among=among)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call back with each change, in commit order, when its epochs are in force; returns what ends that.

        None means that changes were missed: drop everything. Callbacks must be quick and must not raise.
        """
        key = object()
        self._subscribers[key] = callback

        def unsubscribe() -> None:
            self._subscribers.pop(key, None)

        return unsubscribe

    async def reached(self, position: int, *, timeout_s: float) -> bool:
        """Wait until the change at `position` is applied; False when that takes longer than `timeout_s`."""
        if self.position < position:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while self.position < position:
                        await self._advanced.wait()
        return self.position >= position

    async def follow_up_to(self, position: int, *, timeout_s: float) -> bool:
        """Wait as `reached` does for a change that is known to be committed; until it is applied nothing counts as caught up."""
        self._promised = max(self._promised, position)
        return await self.reached(position, timeout_s=timeout_s)

    async def looks(self, *, timeout_s: float) -> bool:
        """Wait for the next look at the log to be over; False when that takes longer than `timeout_s`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._looked.wait()
                return True
        return False

    async def advanced(self) -> None:
        """Wait for the next change, or for `wake_waiters()`."""
        await self._advanced.wait()

    def wake_waiters(self) -> None:
        """Let everybody who waits for a change look again."""
        self._advanced.set()
        self._advanced = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the log as long as the context lasts; entered when the epochs are read, or could not be.

        Until they are, `connected` is False and nothing counts as caught up.
        """
        first = None
        with suppress(asyncpg.PostgresError, *CONNECTION_FAILURES):
            first = await self._open()
        try:
            async with beside(partial(self._follow_forever, first)):
                yield
        finally:
            # A task that is cancelled before its first step has closed nothing.
            if first is not None:
                first.terminate()
            await asyncio.sleep(0)

    async def _follow_forever(self, connection: asyncpg.Connection | None) -> None:
        while True:
            connection = connection or await self._reopen()
            try:
                await self._follow(connection)
            except Exception as error:  # noqa: BLE001 - whatever it was, a feed that ends would leave caches stale
                metrics.RECONNECTS.inc()
                self._log.warning("change feed lost its connection", reason=type(error).__name__)
            finally:
                self.connected = False
                connection.terminate()
            connection = None

    async def _reopen(self) -> asyncpg.Connection:
        async for attempt in stamina.retry_context(
            on=Exception, attempts=None, timeout=None, wait_initial=0.02, wait_max=0.2, wait_jitter=0.05
        ):
            with attempt:
                return await self._open()
        raise AssertionError

    async def _open(self) -> asyncpg.Connection:
        """A connection that listens, once everything that was committed before is applied."""
        connection = await asyncpg.connect(
            self._database_url,
            timeout=5,
            command_timeout=ANSWER_WITHIN_S,
            server_settings={"application_name": "catalogue-feed", "jit": "off", "timezone": "UTC"},
        )
        try:
            await connection.add_listener(queries.CHANNEL, self._wake)
            connection.add_termination_listener(self._wake)
            await self._resume(connection)
        except BaseException:
            connection.terminate()
            raise
        self.connected = True
        return connection

    async def _follow(self, connection: asyncpg.Connection) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._look_every_s)
            await asyncio.sleep(self.looked_at + PAUSE_S - monotonic())
            await self._look(connection)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _resume(self, connection: asyncpg.Connection) -> None:
        """Catch up after a pause that may have been longer than the log is kept."""
        if not self.source:
            await self._load(connection)
            self._announce_loss()
        await self._restart_if_gone(connection)
        await self._look(connection)

    async def _restart_if_gone(self, connection: asyncpg.Connection) -> None:
        if await queries.is_gone(connection, self.position):
            self._log.warning("changes may have been missed", position=self.position)
            await self._load(connection)
            self._announce_loss()

    async def _look(self, connection: asyncpg.Connection) -> None:
        """Apply everything that was committed before now."""
        self._woken.clear()
        found = queries.BATCH
        while found == queries.BATCH:
            started, started_at = monotonic(), time()
            if changes := await queries.after(connection, self.position):
                self._apply(changes)
            found = len(changes)
        if not changes:
            await self._restart_if_gone(connection)
        self.looked_at = started
        self._looked.set()
        self._looked = asyncio.Event()
        metrics.LAST_LOOK.set(started_at)

    def _apply(self, changes: list[Change]) -> None:
        for change in changes:
            self._epochs[change.dataset].touch(change.marks, change.position)
            self._moves[change.dataset].add(change)
            self.position = change.position
            self.recent.add(change)
            for callback in tuple(self._subscribers.values()):
                callback(change)
            metrics.CHANGES.labels(change.dataset).inc()
        metrics.POSITION.set(self.position)
        self.wake_waiters()

    async def _load(self, connection: asyncpg.Connection) -> None:
        """Read the epochs from the log. Positions below the floor all count as the floor."""
        source, newest = await queries.source(connection), await queries.newest_position(connection)
        started, position = monotonic(), floor_at(newest)
        epochs = {name: Epochs() for name in DATASETS}
        moves = {name: Moves(position) for name in DATASETS}
        while changes := await queries.after(connection, position, timeout_s=LOAD_WITHIN_S):
            for change in changes:
                epochs[change.dataset].touch(change.marks, change.position)
                moves[change.dataset].add(change)
            position = changes[-1].position
        self.source, self.position, self._epochs, self._moves = source, position, epochs, moves
        self.recent = RecentChanges(position)
        self.looked_at, self._promised = started, 0

    def _announce_loss(self) -> None:
        for callback in tuple(self._subscribers.values()):
            callback(None)
        self.wake_waiters()
