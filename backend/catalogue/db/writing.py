"""Writing: one transaction for each piece of work, committed before the answer is made.

The work is a function, not a dependency with `yield`: so a deadlock, a serialisation failure or a connection that
was lost can be met by doing the work again, and no answer can start before its commit.
"""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Annotated, TypeVar

import stamina
from fastapi import Depends, Request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalogue.db.failures import CONNECTION_FAILURES, is_retryable, translate
from catalogue.db.slow_statements import log_slow_statement
from catalogue.edge.timings import current_timings
from catalogue.errors import Conflict, Unavailable
from catalogue.retrying import RetryBudget

ATTEMPTS = 6
"""So often a transaction is tried, with growing, random pauses of at most `_LONGEST_PAUSE_S` between."""

_LONGEST_PAUSE_S = 0.25
Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]


class RunAgain(Exception):
    """Raised by work that lost a race which the next attempt will see decided."""


class Writer:
    """Runs transactions on the write pool."""

    def __init__(self, engine: AsyncEngine, *, statement_timeout_s: float = 5.0, slow_s: float = 0.5) -> None:
        self._engine = engine
        self._statement_timeout_s = statement_timeout_s
        self._slow_s = slow_s
        self._lost = RetryBudget()
        self._attempts = stamina.AsyncRetryingCaller(
            attempts=ATTEMPTS, timeout=None, wait_initial=0.01, wait_max=_LONGEST_PAUSE_S
        ).on(self._is_worth_another)

    async def transaction(self, work: Work[Result]) -> Result:
        """Run `work` in a transaction and commit; the work may be run several times and must bear it.

        Raises:
            CatalogueError: What the work raised, or what became of a database error; nothing has changed then.
        """
        started = perf_counter()
        try:
            return await self._attempts(self._attempt, work)
        except RunAgain:
            raise Conflict("others write the same at the same moment; try again") from None
        except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
            raise translate(error) from error
        finally:
            self._note(perf_counter() - started)

    async def _attempt(self, work: Work[Result]) -> Result:
        async with self._engine.connect() as connection:
            await self._limit(connection)
            result = await work(connection)
            try:
                await connection.commit()
            except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
                # Whether a commit that got no answer took effect is not known: it must not be done again.
                if is_retryable(error):
                    raise
                raise translate(error) from error
            self._lost.succeeded()
            return result

    async def _limit(self, connection: AsyncConnection) -> None:
        """Let statements end with the request, where it has less time than they have anyway."""
        timings = current_timings.get()
        if timings is None or timings.left_s >= self._statement_timeout_s:
            return
        if timings.left_s <= 0:
            raise Unavailable("the time for this request is over")
        left_ms = max(1, int(timings.left_s * 1000))
        await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {left_ms}")

    def _is_worth_another(self, error: Exception) -> bool:
        """Others in the way are met by waiting; a lost connection may mean that there is no database."""
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            return self._lost.spend()
        return isinstance(error, RunAgain) or is_retryable(error)

    def _note(self, elapsed_s: float) -> None:
        if (timings := current_timings.get()) is None:
            return
        timings.database_s += elapsed_s
        if elapsed_s >= self._slow_s:
            log_slow_statement("a transaction", elapsed_s, timings.request_id)


async def _writer(request: Request) -> Writer:
    writer: Writer = request.app.state.writer
    return writer


Writes = Annotated[Writer, Depends(_writer)]
"""What a route asks for to write."""
