"""What goes wrong in caches (docs/caching.md, hazards): scenarios, and how each one's remedy is taken away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from catalogue.changes.feed import ChangeFeed
from catalogue.edge.cached_application import CachedApplication
from tests.caching.conftest import Serve

PATIENCE_S = 60


class Struck(Exception):
    """A reader saw what it must not see, or work was done that should not be."""


def must(condition: object, what: str) -> None:
    if not condition:
        raise Struck(what)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario plays: applications to start, and PostgreSQL and Redis beside them."""

    serve: Serve
    psql: asyncpg.Connection
    database: str
    redis_url: str
    monkeypatch: pytest.MonkeyPatch


Act = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hazard:
    """`scenario` raises Struck when it goes wrong, as it does once `without_remedy` has been called."""

    name: str
    scenario: Act
    without_remedy: Act


def patched(target: Any, name: str, value: object) -> Act:
    """A remedy that goes with one name."""

    async def patch(stage: Stage) -> None:
        stage.monkeypatch.setattr(target, name, value)

    return patch


async def rename(stage: Stage, name: str, *, product: int = 1) -> None:
    await stage.psql.execute("UPDATE products SET name = $1 WHERE id = $2", name, product)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is waited for belongs to another task
            await asyncio.sleep(0.005)


@asynccontextmanager
async def deaf(feed: ChangeFeed, stage: Stage) -> AsyncIterator[None]:
    """The feed's connection stands, and nothing comes through it."""
    silenced, never = asyncio.Event(), asyncio.Event()
    look = feed._look

    async def hang(connection: asyncpg.Connection) -> None:
        silenced.set()
        await never.wait()
        await look(connection)

    with stage.monkeypatch.context() as patch:
        patch.setattr(feed, "_look", hang)
        feed._wake()
        await asyncio.wait_for(silenced.wait(), PATIENCE_S)
        yield
    never.set()


@asynccontextmanager
async def away(feed: ChangeFeed, stage: Stage) -> AsyncIterator[None]:
    """The feed has lost its connection, and has one again when the context ends."""
    may_return = asyncio.Event()
    opened = feed._open

    async def wait() -> asyncpg.Connection:
        await may_return.wait()
        return await opened()

    with stage.monkeypatch.context() as patch:
        patch.setattr(feed, "_open", wait)
        await stage.psql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'catalogue-feed' AND datname = current_database()"
        )
        await eventually(lambda: not feed.connected)
        yield
        may_return.set()
        await eventually(lambda: feed.connected)


def makes_counted(app: CachedApplication, monkeypatch: pytest.MonkeyPatch, made: list[str]) -> None:
    """Note each answer that an application makes."""
    rebuilder = app.state.cache._rebuilder
    make = rebuilder._make

    async def counted(*asked: Any) -> Any:
        made.append(asked[0].canonical)
        return await make(*asked)

    monkeypatch.setattr(rebuilder, "_make", counted)
