"""One transaction on the write pool, with the project's own errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalogue.db.failures import CONNECTION_FAILURES, translate


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Committed at the end, unless something was raised. Raises CatalogueError for what the database refuses."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
        raise translate(error) from error
