"""The worker: takes jobs from the queue until it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import anyio
import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Context, Job, Schedule

from catalogue.db.failures import CONNECTION_FAILURES
from catalogue.db.pools import Pool, borrowed, worker_pool
from catalogue.errors import Unavailable
from catalogue.jobs.driver import ListeningDriver
from catalogue.jobs.queries import prune_queue
from catalogue.jobs.queue import PRUNE_QUEUE, RUN_IMPORT, SWEEP_FILES, TAKE_TEXTS
from catalogue.settings import Settings
from catalogue.storage.files import Files, open_files
from catalogue.worker.documents import sweep_files, take_document_texts
from catalogue.worker.imports import BusyElsewhere, let_go, run_queued_import
from catalogue.worker.metrics import begin_at_nothing, counted
from catalogue.worker.yielding import readers_first

HEARTBEAT = timedelta(seconds=6)
"""A job whose worker has been silent for so long is given to another one."""

_LOOK = timedelta(seconds=3)
_POOL_SIZE = 5
_MOST_ATTEMPTS = 20
_TEXTS_AT_ONCE = 2
_EVERY_QUARTER, _EVERY_DAY = "*/15 * * * *", "17 3 * * *"
_log = structlog.get_logger("catalogue.worker")
Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Worker:
    """What jobs need of the running program."""

    settings: Settings
    pool: Pool
    files: Files
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[anyio.CancelScope] = field(default_factory=set)

    @contextmanager
    def while_it_runs(self) -> Iterator[None]:
        """Leave off what is done in here when the worker stops."""
        with anyio.CancelScope() as scope:
            self._running.add(scope)
            try:
                yield
            finally:
                self._running.discard(scope)

    @asynccontextmanager
    async def stopped_by(self, stop: asyncio.Event, queue: PgQueuer) -> AsyncIterator[None]:
        """Until the end of the context, `stop` ends what runs and then the queue's own work."""

        async def wait() -> None:
            await stop.wait()
            self.stopping.set()
            queue.shutdown.set()
            for scope in self._running:
                scope.cancel()

        waiting = asyncio.create_task(wait())
        try:
            yield
        finally:
            waiting.cancel()


async def run_worker(settings: Settings, stopping: asyncio.Event) -> None:
    """Work until `stopping` is set; what is under way then goes back to the queue.

    Raises:
        asyncpg.PostgresError, OSError, FailingListenerError: PostgreSQL is gone; to be started again.
    """
    begin_at_nothing(RUN_IMPORT, TAKE_TEXTS)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(worker_pool(settings.database.database_url, size=_POOL_SIZE))
        worker = Worker(settings, pool, open_files(settings))
        queue = PgQueuer(ListeningDriver(pool))
        _register(queue, worker)
        await stack.enter_async_context(worker.stopped_by(stopping, queue))
        _log.info("worker ready")
        await queue.run(
            batch_size=2,
            max_concurrent_tasks=4,
            dequeue_timeout=_LOOK,
            heartbeat_timeout=HEARTBEAT,
            shutdown_on_listener_failure=True,
        )


def _register(queue: PgQueuer, worker: Worker) -> None:
    storage = worker.settings.storage

    @queue.entrypoint(RUN_IMPORT, concurrency_limit=1)
    async def run_import(job: Job, context: Context) -> None:
        import_id = _record_id(job)
        with context.cancellation:
            await _carried_out(
                worker, job, lambda: run_queued_import(worker.settings, worker.files, import_id)
            )
        await let_go(worker.pool, worker.files, import_id)

    @queue.entrypoint(TAKE_TEXTS, concurrency_limit=_TEXTS_AT_ONCE)
    async def take_texts(job: Job) -> None:
        document_id = _record_id(job)
        await _carried_out(
            worker, job, lambda: take_document_texts(worker.pool, worker.files, storage, document_id)
        )

    @queue.schedule(SWEEP_FILES, _EVERY_QUARTER)
    async def sweep(_schedule: Schedule) -> None:
        _log.info("swept files without a row", files=await sweep_files(worker.pool, worker.files, storage))

    @queue.schedule(PRUNE_QUEUE, _EVERY_DAY)
    async def prune(_schedule: Schedule) -> None:
        async with borrowed(worker.pool) as connection:
            await prune_queue(connection)


async def _carried_out(worker: Worker, job: Job, work: Work) -> None:
    """Do the work of a job; put it back when the worker stops, or when it may go better later.

    Raises:
        RetryRequested: It goes back to the queue.
    """
    with counted(job.entrypoint):
        await _tried(worker, job, work)


async def _tried(worker: Worker, job: Job, work: Work) -> None:
    finished = False
    try:
        with worker.while_it_runs():
            await readers_first(worker.pool)
            await work()
            finished = True
    except BusyElsewhere as error:
        raise RetryRequested(delay=_LOOK, reason="busy elsewhere") from error
    except (Unavailable, asyncpg.PostgresError, *CONNECTION_FAILURES) as error:
        if job.attempts >= _MOST_ATTEMPTS:
            raise
        delay = timedelta(seconds=min(2**job.attempts, 60))
        raise RetryRequested(delay=delay, reason=type(error).__name__) from error
    if not finished and worker.stopping.is_set():
        raise RetryRequested(delay=timedelta(0), reason="the worker stops")


def _record_id(job: Job) -> int:
    if job.payload is None:
        raise ValueError("a job names its record")
    return int(job.payload)
