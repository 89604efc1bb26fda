"""Connections of the worker, which no session wraps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, cast

import asyncpg

from catalogue.db.urls import driver_url

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Pool = asyncpg.Pool

_CONNECT_S = 5
_LEAVE_WITHIN_S = 2.0
_LEAVE_WITH_US = {"client_connection_check_interval": "1s"}
"""A statement does not outlive the program that waits for it, however that ended."""


def worker_pool(database_url: str, *, size: int) -> Pool:
    """A pool, to be entered, of connections that may write and take as long as they need."""
    return asyncpg.create_pool(
        driver_url(database_url),
        min_size=1,
        max_size=size,
        timeout=_CONNECT_S,
        server_settings=_settings("catalogue-worker"),
    )


async def open_connection(database_url: str, *, name: str, request_id: str = "") -> asyncpg.Connection:
    """A connection of one's own, for as long as the work lasts; its changes are logged with the request id."""
    settings = {**_settings(name), "catalogue.request_id": request_id}
    return await asyncpg.connect(driver_url(database_url), timeout=_CONNECT_S, server_settings=settings)


@asynccontextmanager
async def leaving_in_time() -> AsyncIterator[None]:
    """Close connections in here. One to a PostgreSQL that is silent is left as it is after a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LEAVE_WITHIN_S):
            yield


@asynccontextmanager
async def borrowed(pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """One of the pool's connections."""
    async with pool.acquire() as connection:
        yield cast("asyncpg.Connection", connection)


def _settings(name: str) -> dict[str, str]:
    return {
        "application_name": name,
        "timezone": "UTC",
        "jit": "off",
        "statement_timeout": "0",
        **_LEAVE_WITH_US,
    }
