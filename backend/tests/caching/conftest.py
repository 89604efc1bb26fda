"""An application on a small database of its own, which tests may change."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.caching import freshness
from catalogue.changes import feed
from catalogue.edge.cached_application import CachedApplication
from catalogue.embedded import EmbeddedPostgres
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from catalogue.settings import Settings
from catalogue.writing import serving
from tests.conftest import database_name, execute, running

Served = tuple[CachedApplication, httpx.AsyncClient]
Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests may keep a feed from looking for seconds."""
    for name in ("CONNECTED_LAG_S", "LOST_LAG_S"):
        monkeypatch.setattr(freshness, name, 60.0)
    monkeypatch.setattr(feed, "ANSWER_WITHIN_S", 60.0)
    monkeypatch.setattr(serving, "WAIT_S", 60.0)


@pytest.fixture(scope="session")
def small_shop_template(
    clone: Callable[[str], str], migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    url = clone(migrated_template)
    folder = tmp_path_factory.mktemp("small-shop")
    seed(url, products=120, orders=20, data_dir=folder, progress=SilentProgress())
    return database_name(url)


@pytest.fixture
def small_shop(
    clone: Callable[[str], str], small_shop_template: str, postgres: EmbeddedPostgres
) -> Iterator[str]:
    url = clone(small_shop_template)
    yield url
    execute(postgres.url, f"DROP DATABASE {database_name(url)} WITH (FORCE)")


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
