"""Reading: autocommit connections that cannot write, one statement at a time, a bounded wait for one.

A `ReadSession` is a different type from what `catalogue.db.writing.Writer` hands out, and PostgreSQL refuses writes on
its connections, so a read cannot change anything by accident.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Annotated, cast

import asyncpg
import stamina
from fastapi import Depends, Request

from catalogue.db.connections import ReadConnections
from catalogue.db.failures import CONNECTION_FAILURES, translate
from catalogue.db.pools import leaving_in_time
from catalogue.db.slow_statements import log_slow_statement
from catalogue.db.statements import Statement
from catalogue.db.urls import driver_url
from catalogue.edge.timings import Timings, current_timings
from catalogue.errors import Unavailable
from catalogue.retrying import RetryBudget
from catalogue.settings import DatabaseSettings

Values = Mapping[str, object]
OnStatement = Callable[[str, float], None]
"""Told of each statement and the seconds it took."""

_NO_VALUES: Values = {}
_SILENCE_S = 0.5
_TOO_LATE = "the time for this request is over"


class ReadConnection(asyncpg.Connection):
    """Reads leave nothing behind on a connection, so there is no reset round trip when it is given back."""

    def get_reset_query(self) -> str:
        return ""


class ReadSession:
    """Runs compiled statements on a pool. Raises `catalogue.errors.Unavailable` when PostgreSQL cannot answer."""

    def __init__(
        self,
        connections: ReadConnections,
        *,
        wait_s: float,
        statement_timeout_s: float = 5.0,
        slow_s: float = 0.5,
        on_statement: OnStatement | None = None,
    ) -> None:
        self._connections = connections
        self._wait_s = wait_s
        self._statement_timeout_s = statement_timeout_s
        self._slow_s = slow_s
        self._on_statement = on_statement
        self._retries = RetryBudget()

    async def rows(self, statement: Statement, values: Values = _NO_VALUES) -> list[asyncpg.Record]:
        """All rows of a statement."""
        started = perf_counter()
        arguments = statement.arguments(values)
        timings = current_timings.get() or Timings()
        try:
            return await self._fetch_again(statement.sql, arguments, timings.left_s)
        except TimeoutError as error:
            raise (Unavailable(_TOO_LATE) if timings.left_s <= 0 else translate(error)) from error
        except Exception as error:
            raise translate(error) from error
        finally:
            elapsed_s = perf_counter() - started
            timings.database_s += elapsed_s
            timings.statements += 1
            if self._on_statement is not None:
                self._on_statement(statement.sql, elapsed_s)
            if elapsed_s >= self._slow_s:
                log_slow_statement(statement.sql, elapsed_s, timings.request_id)

    async def row(self, statement: Statement, values: Values = _NO_VALUES) -> asyncpg.Record | None:
        """The first row of a statement, or None."""
        rows = await self.rows(statement, values)
        return rows[0] if rows else None

    async def row_within(
        self, statement: Statement, values: Values, *, budget_ms: int
    ) -> asyncpg.Record | None:
        """The first row, given up (and cancelled in PostgreSQL) when it takes longer than the budget."""
        async with self.connection() as connection:
            row: asyncpg.Record | None = await connection.fetchrow(
                statement.sql, *statement.arguments(values), timeout=budget_ms / 1000
            )
            return row

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[ReadConnection]:
        """One connection for something longer, such as a stream or a statement with its own time limit."""
        try:
            async with self._connections.borrowed(wait_s=self._wait_s) as connection:
                yield cast("ReadConnection", connection)
        except (asyncpg.PostgresError, *CONNECTION_FAILURES) as error:
            raise translate(error) from error

    @asynccontextmanager
    async def snapshot(self, *, timeout_ms: int) -> AsyncIterator["Snapshot"]:
        """Several statements that see the table at one moment, each with a time limit of its own."""
        async with (
            self.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            left_ms = (current_timings.get() or Timings()).left_s * 1000
            allowed_ms = max(1, int(min(timeout_ms, left_ms)))
            await connection.execute(f"SET LOCAL statement_timeout = {allowed_ms}")
            yield Snapshot(connection)

    async def _fetch_again(self, sql: str, arguments: list[object], left_s: float) -> list[asyncpg.Record]:
        """Once more when the connection was lost: reading twice does no harm."""
        try:
            rows = await self._fetch(sql, arguments, left_s)
        except CONNECTION_FAILURES as error:
            if isinstance(error, TimeoutError) or not self._retries.spend():
                raise
            return await self._fetch(sql, arguments, left_s)
        self._retries.succeeded()
        return rows

    async def _fetch(self, sql: str, arguments: list[object], left_s: float) -> list[asyncpg.Record]:
        if left_s <= 0:
            raise Unavailable(_TOO_LATE)
        # The connections' own statement_timeout would need a round trip to be changed, and does not help where
        # PostgreSQL or the way there is silent; asyncpg's timer cancels the statement as well.
        timeout = min(left_s, self._statement_timeout_s + _SILENCE_S)
        connection = await self._connections.take(wait_s=min(self._wait_s, left_s))
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments, timeout=timeout)
        except BaseException:
            self._connections.discard(connection)
            raise
        self._connections.give(connection)
        return rows


class Snapshot:
    """One moment of the database. Errors are translated where the snapshot was opened."""

    def __init__(self, connection: ReadConnection) -> None:
        self._connection = connection

    async def rows(self, statement: Statement, values: Values = _NO_VALUES) -> list[asyncpg.Record]:
        """All rows of a statement."""
        return list(await self._connection.fetch(statement.sql, *statement.arguments(values)))

    async def try_lock(self, number: int) -> bool:
        """Take an advisory lock until the snapshot ends; False when somebody else has it."""
        return bool(await self._connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", number))


@asynccontextmanager
async def read_pool(settings: DatabaseSettings) -> AsyncIterator[ReadConnections]:
    """Open the connections; waits for PostgreSQL to come up, then raises what the last attempt raised."""
    pool = asyncpg.create_pool(
        driver_url(settings.database_url),
        connection_class=ReadConnection,
        min_size=0,
        max_size=settings.read_pool_size,
        max_inactive_connection_lifetime=300,
        timeout=5,
        statement_cache_size=512,
        max_cacheable_statement_size=0,
        server_settings={
            "application_name": "catalogue-read",
            "default_transaction_read_only": "on",
            "jit": "off",
            "statement_timeout": f"{settings.statement_timeout_ms}ms",
            "timezone": "UTC",
        },
    )
    await pool
    connections = ReadConnections(pool, size=settings.read_pool_size)
    try:
        async for attempt in stamina.retry_context(
            on=CONNECTION_FAILURES, timeout=settings.startup_wait_s, attempts=None, wait_max=1.0
        ):
            with attempt:
                await pool.fetchval("SELECT 1")
        yield connections
    finally:
        async with leaving_in_time():
            await connections.close()
            await pool.close()
        pool.terminate()


async def _read_session(request: Request) -> ReadSession:
    session: ReadSession = request.app.state.reader
    return session


Reader = Annotated[ReadSession, Depends(_read_session)]
"""What a route asks for to read."""
