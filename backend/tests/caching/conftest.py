"""An application on a small database of its own, which tests may change."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.edge.cached_application import CachedApplication
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from catalogue.settings import Settings
from tests.conftest import running

Served = tuple[CachedApplication, httpx.AsyncClient]
Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def small_shop(database: str, tmp_path: Path) -> str:
    seed(database, products=120, orders=20, data_dir=tmp_path, progress=SilentProgress())
    return database


@pytest.fixture
def serve(small_shop: str, settings_for: Callable[..., Settings]) -> Serve:
    """Start an application; keyword arguments are environment variables. All of a test share keys in Redis."""
    shared = settings_for(small_shop)

    @asynccontextmanager
    async def start(**environment: str) -> AsyncIterator[Served]:
        namespace = shared.cache.cache_namespace
        app = create_app(settings_for(small_shop, CACHE_NAMESPACE=namespace, **environment))
        async with running(app) as client:
            yield app, client

    return start


@pytest.fixture
async def psql(small_shop: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the application, as psql has one."""
    connection = await asyncpg.connect(small_shop)
    yield connection
    await connection.close()


async def caught_up(app: CachedApplication, connection: asyncpg.Connection) -> None:
    """Wait until the application's feed has everything that was committed."""
    position = await connection.fetchval("SELECT coalesce(max(position), 0) FROM changes")
    assert await app.state.feed.reached(position, timeout_s=10)
