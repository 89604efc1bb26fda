"""Real servers for all tests: one PostgreSQL and one Redis a test process, databases cloned from a template."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import stamina
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from catalogue.app import create_app
from catalogue.db.migrating import upgrade
from catalogue.embedded import EmbeddedPostgres, EmbeddedRedis
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from catalogue.settings import Settings, load_settings
from catalogue.worker.program import run_worker

Ask = Callable[..., list[tuple[Any, ...]]]
SHOP_PRODUCTS = 3_000
SHOP_ORDERS = 1_500
ADMIN_KEY = "the administrator's key of the tests"
_LONG = ("web", "running", "loadtests", "faults", "test_schemathesis.py")
_numbers = count()
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # tests share the machine; being slow is no failure
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that processes that share the tests end at about the same time."""
    items.sort(key=_lateness)


def _lateness(item: pytest.Item) -> int:
    place = item.path.relative_to(Path(__file__).parent).parts[0]
    return _LONG.index(place) if place in _LONG else len(_LONG)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("servers") / "postgres", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedRedis(tmp_path_factory.mktemp("servers") / "redis") as server:
        yield server.url


@pytest.fixture(scope="session")
def clone(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """Make a database from a template (`template0` is empty) and return its address."""

    def make(template: str) -> str:
        name = f"test_{next(_numbers)}"
        execute(postgres.url, f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY FILE_COPY')
        return postgres.database_url(name)

    return make


@pytest.fixture(scope="session")
def migrated_template(clone: Callable[[str], str]) -> str:
    url = clone("template0")
    upgrade(url)
    return database_name(url)


@pytest.fixture
def database(
    clone: Callable[[str], str], migrated_template: str, postgres: EmbeddedPostgres
) -> Iterator[str]:
    """The address of a migrated, empty database of the test's own."""
    url = clone(migrated_template)
    yield url
    execute(postgres.url, f"DROP DATABASE {database_name(url)} WITH (FORCE)")


@pytest.fixture(scope="session")
def shop_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="session")
def shop_template(clone: Callable[[str], str], migrated_template: str, shop_data_dir: Path) -> str:
    """The name of a seeded database that nobody connects to, so that it can be copied."""
    url = clone(migrated_template)
    seed(url, products=SHOP_PRODUCTS, orders=SHOP_ORDERS, data_dir=shop_data_dir, progress=SilentProgress())
    return database_name(url)


@pytest.fixture(scope="session")
def shop(clone: Callable[[str], str], shop_template: str) -> str:
    """The address of a seeded database that tests share and must not change."""
    return clone(shop_template)


@pytest.fixture
def own_shop(
    clone: Callable[[str], str], shop_template: str, shop_data_dir: Path, tmp_path: Path
) -> dict[str, str]:
    """Database and files of a shop for a test that writes whatever it likes."""
    files = shutil.copytree(shop_data_dir, tmp_path / "shop")
    return {"DATABASE_URL": clone(shop_template), "DATA_DIR": str(files)}


@pytest.fixture
def settings_for(
    redis_url: str, shop_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Settings]:
    """Settings for a database; keyword arguments are further environment variables."""

    def make(database_url: str, **environment: str) -> Settings:
        values = {
            "ENVIRONMENT": "test",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(shop_data_dir),
            "LOG_FORMAT": "json",
            "LOG_REQUESTS": "false",
            "CACHE_NAMESPACE": f"test-{next(_numbers)}",
            "STARTUP_WAIT_S": "2",
            "ADMIN_API_KEY": ADMIN_KEY,
            "SECRET_KEY": "a secret that only these tests know, 1234567890",
            "POOL_WAIT_MS": "10000",
            "OVERLOAD_WAIT_MS": "10000",
            **environment,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return make


@asynccontextmanager
async def running(app: FastAPI, *, key: str | None = ADMIN_KEY) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has been started; addresses are below `/api/v1`.

    It shows the administrator's key, another one, or none.
    """
    headers = {"X-API-Key": key} if key else {}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://catalogue/api/v1", headers=headers
        ) as client:
            yield client


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker, as `catalogue worker` runs it, until the end of the context."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(run_worker(settings, stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(worker, timeout=20)


@pytest.fixture
async def client(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on the shared seeded database."""
    async with running(create_app(settings_for(shop))) as started:
        yield started


@pytest.fixture
def ask(database: str) -> Ask:
    """Run one statement on the test's database and return its rows as tuples."""

    def run(statement: str, *values: object, url: str = database) -> list[tuple[Any, ...]]:
        return asyncio.run(_fetch(url, statement, values))

    return run


async def until(connection: asyncpg.Connection, condition: str) -> None:
    """Wait until a query of PostgreSQL's own state is true."""
    async for attempt in stamina.retry_context(on=AssertionError, timeout=20, attempts=None, wait_max=0.05):
        with attempt:
            assert await connection.fetchval(condition), condition


def database_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def execute(url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


async def _fetch(url: str, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()
