"""Writing: one transaction a request, committed before the response starts.

FastAPI runs the exit code of a `yield` dependency after the response unless its scope is `function`; a commit
that fails after the response would be reported as success.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from catalogue.db.failures import CONNECTION_FAILURES, translate

WriteSessions = async_sessionmaker[AsyncSession]


async def _write_session(request: Request) -> AsyncIterator[AsyncSession]:
    sessions: WriteSessions = request.app.state.writers
    try:
        async with sessions() as session, session.begin():
            yield session
    except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
        raise translate(error) from error


WriteSession = Annotated[AsyncSession, Depends(_write_session, scope="function")]
"""What a route asks for to write; it never commits by itself."""
