"""How many statements each read takes, exactly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx
import pytest
from asyncpg.connection import LoggedQuery

from catalogue.app import create_app
from catalogue.edge.timings import current_timings
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

FIRST_LOOK = 2
"""The page, and the planner's estimate of the total where no cells count it, which is then remembered."""

BUDGETS = [
    ("/products", 1, 1),
    ("/products?category=cameras&sort=-price", 1, 1),
    ("/products?sort=name&offset=1500", 1, 1),
    ("/products?sort=-rating,price", 1, 1),
    ("/products?q=a", FIRST_LOOK, 1),
    ("/products?ids=4,5", 1, 1),
    ("/products?count=none", 1, 1),
    ("/products?category=cameras&facets=category,brand,in_stock,rating,price", 1, 1),
    ("/products?q=a&count=none&facets=category,price", FIRST_LOOK, 1),
    ("/products?count=exact", 1, 1),
    ("/products/1", 1, 1),
    ("/products/stats", 1, 1),
    ("/products/categories", 1, 1),
    ("/products/brands", 1, 1),
    ("/products/suggest?q=a", 1, 1),
    ("/orders", 1, 1),
    ("/orders?status=confirmed&product_id=1", 1, 1),
    ("/orders?status=draft&facets=status,service,priority,terminal", 1, 1),
    ("/orders/1", 1, 1),
    ("/orders/stats", 1, 1),
    ("/orders/1/documents", 1, 1),
    ("/orders/1/documents/1", 1, 1),
    ("/orders/1/documents/1/content", 1, 1),
    ("/orders/1/documents/1/texts", 1, 1),
    ("/terminals", FIRST_LOOK, 1),
    ("/drivers/1", 1, 1),
]
"""Path, statements of the first request and of the second, both past the cache."""

CACHED = [path for path, _, _ in BUDGETS if not path.endswith("/content")]
"""A file is sent from the disk."""

Counted = tuple[httpx.AsyncClient, list[str]]


@asynccontextmanager
async def counted(settings: Settings) -> AsyncIterator[Counted]:
    """A client, and the statements that its requests sent to PostgreSQL."""
    app = create_app(settings)
    statements: list[str] = []
    async with running(app) as client:
        # The driver looks up a type once a connection: not part of any request's budget.
        await client.get("/products?ids=1,2")
        await client.get("/orders?status=draft")
        async with app.state.connections.borrowed(wait_s=30) as connection:
            connection.add_query_logger(partial(_note, statements))
        statements.clear()
        yield client, statements


@pytest.mark.parametrize(("path", "cold", "warm"), BUDGETS)
async def test_uncached_read_takes_this_many_statements(
    shop: str, settings_for: Callable[..., Settings], path: str, cold: int, warm: int
) -> None:
    settings = settings_for(shop, READ_POOL_SIZE="1", CACHE="off")
    async with counted(settings) as (client, statements):
        assert await _taken(client, path, statements) == [cold, warm], statements


async def test_cached_reads_take_no_statement(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with counted(settings_for(shop, READ_POOL_SIZE="1")) as (client, statements):
        for path in CACHED:
            assert (await client.get(path)).headers["x-cache"] == "MISS"
        statements.clear()
        outcomes = [(await client.get(path)).headers["x-cache"] for path in CACHED]
    assert outcomes == ["HIT-LOCAL"] * len(CACHED)
    assert statements == []


async def _taken(client: httpx.AsyncClient, path: str, statements: list[str]) -> list[int]:
    taken = []
    for _ in range(2):
        statements.clear()
        assert (await client.get(path)).status_code == 200
        await asyncio.sleep(0)  # the driver tells of a statement a turn of the loop later
        taken.append(len(statements))
    return taken


def _note(statements: list[str], record: LoggedQuery) -> None:
    """Work in the background (list indexes) is in no request's context."""
    if current_timings.get() is not None:
        statements.append(record.query)
