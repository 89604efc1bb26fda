"""SQLAlchemy engines. Connections are opened by asyncpg from the URL itself, so that every option that
asyncpg and psql understand in a URL (socket folders, TLS modes) means the same here.
"""

from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from catalogue.db.urls import driver_url
from catalogue.settings import DatabaseSettings

Connect = Callable[[], Awaitable[asyncpg.Connection]]


def write_engine(settings: DatabaseSettings) -> AsyncEngine:
    """The pool that writes go through. A connection found lost is replaced by the writer's next attempt, so none
    is asked for a sign of life first, which would cost three round trips.
    """
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=_connect(
            settings.database_url,
            application_name="catalogue-write",
            statement_timeout=f"{settings.statement_timeout_ms}ms",
        ),
        pool_size=settings.write_pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_ms / 1000,
        hide_parameters=True,
    )


def migration_engine(database_url: str) -> AsyncEngine:
    """One connection without a statement timeout, for migrations."""
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=_connect(database_url, application_name="catalogue-migrate"),
        poolclass=NullPool,
    )


def _connect(database_url: str, **server_settings: str) -> Connect:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            driver_url(database_url),
            timeout=5,
            server_settings={"timezone": "UTC", "jit": "off", **server_settings},
        )

    return connect
