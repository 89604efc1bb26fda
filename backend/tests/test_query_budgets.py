"""How many statements each read takes, exactly."""

from collections.abc import AsyncIterator, Callable
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

Counted = tuple[httpx.AsyncClient, list[str]]


@pytest.fixture
async def counted(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[Counted]:
    """A client, and the statements that its requests sent to PostgreSQL."""
    app = create_app(settings_for(shop, READ_POOL_SIZE="1"))
    statements: list[str] = []
    async with running(app) as client:
        # The driver looks up a type once a connection: not part of any request's budget.
        await client.get("/products?ids=1,2")
        await client.get("/orders?status=draft")
        async with app.state.pool.acquire() as connection:
            connection.add_query_logger(partial(_note, statements))
        statements.clear()
        yield client, statements


@pytest.mark.parametrize(
    ("path", "cold", "warm"),
    [
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
    ],
)
async def test_read_takes_this_many_statements(counted: Counted, path: str, cold: int, warm: int) -> None:
    client, statements = counted
    taken = []
    for _ in range(2):
        statements.clear()
        assert (await client.get(path)).status_code == 200
        taken.append(len(statements))
    assert taken == [cold, warm], statements


def _note(statements: list[str], record: LoggedQuery) -> None:
    """Work in the background (list indexes) is in no request's context."""
    if current_timings.get() is not None:
        statements.append(record.query)
