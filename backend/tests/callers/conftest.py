"""A running application on a database of the test's own, and the ways in that its database knows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.app import create_app
from catalogue.callers import store
from catalogue.db.engines import migration_engine
from catalogue.settings import Settings
from tests.conftest import running

PASSWORD = "correct horse battery staple"
KeyMaker = Callable[..., Awaitable[str]]
UserMaker = Callable[[str, str], Awaitable[None]]


@asynccontextmanager
async def transaction(url: str) -> AsyncIterator[AsyncConnection]:
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


@pytest.fixture
def new_key(database: str) -> KeyMaker:
    async def make(*scopes: str, days: int | None = None) -> str:
        async with transaction(database) as connection:
            made = await store.add_key(connection, name="test", scopes=scopes, days=days)
        return made.text

    return make


@pytest.fixture
def new_user(database: str) -> UserMaker:
    async def make(name: str, role: str) -> None:
        async with transaction(database) as connection:
            await store.add_user(connection, name=name, password=PASSWORD, role=role)

    return make


@pytest.fixture
def app(database: str, settings_for: Callable[..., Settings]) -> FastAPI:
    return create_app(settings_for(database))


@pytest.fixture
async def anybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with running(app, key=None) as client:
        yield client


async def log_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> dict[str, str]:
    answer = await client.post("/auth/token", json={"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
