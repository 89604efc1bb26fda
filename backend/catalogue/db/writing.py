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
from catalogue.edge.timings import current_timings
from catalogue.errors import Conflict

ATTEMPTS = 6
"""So often a transaction is tried, with growing, random pauses of at most `_LONGEST_PAUSE_S` between."""

_LONGEST_PAUSE_S = 0.25
Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]


class RunAgain(Exception):
    """Raised by work that lost a race which the next attempt will see decided."""


class Writer:
    """Runs transactions on the write pool."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._attempts = stamina.AsyncRetryingCaller(
            attempts=ATTEMPTS, timeout=None, wait_initial=0.01, wait_max=_LONGEST_PAUSE_S
        ).on(_is_worth_another)

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
            if (timings := current_timings.get()) is not None:
                timings.database_s += perf_counter() - started

    async def _attempt(self, work: Work[Result]) -> Result:
        async with self._engine.connect() as connection:
            result = await work(connection)
            try:
                await connection.commit()
            except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
                # Whether a commit that got no answer took effect is not known: it must not be done again.
                if is_retryable(error):
                    raise
                raise translate(error) from error
            return result


def _is_worth_another(error: Exception) -> bool:
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, RunAgain) or is_retryable(error)


async def _writer(request: Request) -> Writer:
    writer: Writer = request.app.state.writer
    return writer


Writes = Annotated[Writer, Depends(_writer)]
"""What a route asks for to write."""
