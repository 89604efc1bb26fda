"""What a worker says of itself in `/metrics` every second: places, pools, its event loop; and of the jobs that wait."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from time import monotonic

from prometheus_client import Counter, Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from catalogue.background import beside
from catalogue.db.connections import ReadConnections
from catalogue.db.reading import ReadSession
from catalogue.db.statements import compile_statement
from catalogue.edge.overload import Places
from catalogue.errors import CatalogueError
from catalogue.listing.index_building import IndexBuilder

LOOK_EVERY_S = 1.0
JOBS_EVERY = 15
PLACES = Gauge(
    "catalogue_places",
    "Places of requests: how many there are at present (limit), are taken (running) and are waited for (waiting).",
    ("kind", "state"),
    multiprocess_mode="livesum",
)
REFUSED = Counter("catalogue_places_refused_total", "Requests that were told to come back later.", ("kind",))
POOL = Gauge(
    "catalogue_pool_connections",
    "Connections to PostgreSQL: in use, idle, and how many there may be (most).",
    ("pool", "state"),
    multiprocess_mode="livesum",
)
LOOP_LAG = Gauge(
    "catalogue_event_loop_lag_seconds",
    "How late the latest worker's event loop was within the last second.",
    multiprocess_mode="livemax",
)
INDEXES_WAITING = Gauge(
    "catalogue_index_builds_waiting", "List indexes that wait to be built.", multiprocess_mode="livesum"
)
JOBS = Gauge(
    "catalogue_jobs",
    "Jobs in the queue by what they do.",
    ("entrypoint", "status"),
    multiprocess_mode="mostrecent",
)
JOBS_OLDEST = Gauge(
    "catalogue_jobs_oldest_seconds",
    "How long the job that waits longest could have been done already.",
    ("entrypoint",),
    multiprocess_mode="mostrecent",
)
JOBS_FAILED = Gauge(
    "catalogue_jobs_failed",
    "Jobs given up within the last hour.",
    ("entrypoint",),
    multiprocess_mode="mostrecent",
)
_ENTRYPOINTS = ("run_import", "take_texts")
_QUEUE = compile_statement(
    text(
        "SELECT entrypoint, status::text, count(*),"
        " max(extract(epoch FROM now() - execute_after)) FILTER (WHERE status = 'queued')"
        " FROM pgqueuer GROUP BY entrypoint, status"
    )
)
_FAILED = compile_statement(
    text(
        "SELECT entrypoint, count(*) FROM pgqueuer_log WHERE status IN ('exception', 'failed')"
        " AND created > now() - interval '1 hour' GROUP BY entrypoint"
    )
)


class Vitals:
    """The figures of one worker."""

    def __init__(
        self,
        *,
        places: Places,
        connections: ReadConnections,
        engine: AsyncEngine,
        reader: ReadSession,
        builder: IndexBuilder,
    ) -> None:
        self._places = places
        self._connections = connections
        self._engine = engine
        self._reader = reader
        self._builder = builder
        self._refused = {"reads": 0, "writes": 0}

    def running(self) -> AbstractAsyncContextManager[None]:
        """Look every second as long as the context lasts."""
        return beside(self._look_forever)

    def look(self) -> None:
        """Everything that costs nothing to know."""
        for kind, line in (("reads", self._places.reads), ("writes", self._places.writes)):
            PLACES.labels(kind, "limit").set(line.limit.value)
            PLACES.labels(kind, "running").set(line.running)
            PLACES.labels(kind, "waiting").set(line.waiting)
            REFUSED.labels(kind).inc(line.refused - self._refused[kind])
            self._refused[kind] = line.refused
        reading = self._connections
        _set_pool("read", used=reading.used, idle=reading.idle, most=reading.size)
        writing = self._engine.pool
        size = getattr(writing, "size", int)()
        out, back = getattr(writing, "checkedout", int)(), getattr(writing, "checkedin", int)()
        _set_pool("write", used=out, idle=back, most=size)
        INDEXES_WAITING.set(self._builder.waiting)

    async def look_at_jobs(self) -> None:
        """What the queue in PostgreSQL says. Raises CatalogueError."""
        rows = await self._reader.rows(_QUEUE)
        failed = {row[0]: row[1] for row in await self._reader.rows(_FAILED)}
        found = {(row[0], row[1]): (row[2], row[3]) for row in rows}
        for name in {*_ENTRYPOINTS, *(row[0] for row in rows)}:
            for status in ("queued", "picked"):
                JOBS.labels(name, status).set(found.get((name, status), (0, None))[0])
            JOBS_OLDEST.labels(name).set(max(0.0, float(found.get((name, "queued"), (0, None))[1] or 0.0)))
            JOBS_FAILED.labels(name).set(failed.get(name, 0))

    async def _look_forever(self) -> None:
        turn = 0
        while True:
            self.look()
            if turn % JOBS_EVERY == 0:
                with suppress(CatalogueError):
                    await self.look_at_jobs()
            turn += 1
            due_at = monotonic() + LOOK_EVERY_S
            await asyncio.sleep(LOOK_EVERY_S)
            LOOP_LAG.set(max(0.0, monotonic() - due_at))


def _set_pool(name: str, *, used: int, idle: int, most: int) -> None:
    for state, count in (("used", used), ("idle", idle), ("most", most)):
        POOL.labels(name, state).set(count)
