"""A cached list is what the tables say, whatever was changed; and what a change does not touch stays cached."""

import random
from contextlib import suppress
from typing import Any

import asyncpg
import orjson
import pytest

from catalogue.caching.deciding_fields import deciding_fields
from catalogue.changes.change import LOGGED_FIELDS
from catalogue.products.listing import PRODUCTS
from tests.caching.conftest import Serve, caught_up

pytestmark = pytest.mark.anyio
SORTS = ("id", "price", "-price", "name", "-stock", "-rating", "-updated_at", "-created_at")
FILTERS = (
    "",
    "category={category}",
    "category={category}&brand={brand}",
    "brand={brand}",
    "min_price=100",
    "in_stock=true",
    "min_rating=3",
    "ids=1,2,3,4,5",
    "q=the",
    "updated_from=2020-01-01T00:00:00Z",
)
FACETS = ("", "&facets=category", "&facets=price,in_stock", "&facets=brand,rating")
STEPS = 40
CHANGES = (
    "UPDATE products SET stock = stock + 1 WHERE id = $1",
    "UPDATE products SET stock = 0 WHERE id = $1",
    "UPDATE products SET price = price + 50 WHERE id = $1",
    "UPDATE products SET name = 'A ' || name WHERE id = $1",
    "UPDATE products SET rating = 5 - rating WHERE id % 7 = $1 % 7",
    "UPDATE products SET category = (SELECT category FROM products WHERE id = $1 % 5 + 6) WHERE id = $1",
    "UPDATE products SET brand = (SELECT brand FROM products WHERE id = $1 % 5 + 6) WHERE id = $1",
    "UPDATE products SET description = description || '.' WHERE id = $1",
    "UPDATE products SET updated_at = now() WHERE id = $1",
    "UPDATE products SET id = id + 1000 WHERE id = $1 + 60 AND id < 1000",
    "DELETE FROM products WHERE id = $1 + 40",
    """INSERT INTO products (sku, name, description, category, brand, price, currency)
    SELECT 'new-' || $1::bigint || random(), 'new', '', category, brand, price, currency FROM products WHERE id = 6""",
)


@pytest.mark.parametrize("seed", [1, 2])
async def test_cached_lists_are_what_the_tables_say(
    seed: int, serve: Serve, psql: asyncpg.Connection
) -> None:
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    row = await psql.fetchrow("SELECT category, brand FROM products WHERE id = 3")
    paths = [
        f"/products?{filters.format(**row)}&sort={sort}{facets}&limit={dice.choice((5, 20))}&count=none".replace(
            "?&", "?"
        )
        for sort in SORTS
        for filters in FILTERS
        for facets in dice.sample(FACETS, 1)
    ]
    tiers: list[str] = []
    async with serve() as (app, client):
        for _ in range(STEPS):
            with suppress(asyncpg.IntegrityConstraintViolationError):
                await psql.execute(dice.choice(CHANGES), dice.randint(1, 30))
            await caught_up(app, psql)
            for path in dice.sample(paths, 12):
                for _ in range(2):
                    cached = await client.get(path)
                    tiers.append(cached.headers["x-cache"])
                assert cached.json() == await _from_the_tables(app, path), path
    assert set(tiers) == {"HIT-LOCAL", "MISS"}


async def _from_the_tables(app: Any, path: str) -> dict[str, Any]:
    address, _, query = f"/api/v1{path}".partition("?")
    known = app.state.cache.book.find(address, query.encode())
    answer = await app.state.cache._rebuilder.bypass(known, b"test")
    found: dict[str, Any] = orjson.loads(answer.entry.body)
    return found


async def test_change_of_a_field_drops_the_pages_that_show_it_or_go_by_it(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    paths = {
        "shows the row": "/products?limit=5",
        "goes by the field": "/products?sort=-stock&limit=5&offset=60",
        "filtered by the field": "/products?in_stock=true&sort=-id&limit=5",
        "counts by the field": "/products?sort=-id&limit=5&facets=in_stock",
        "neither": "/products?sort=-id&limit=5",
        "counts by another": "/products?sort=-id&limit=5&facets=category",
    }
    async with serve() as (app, client):
        for path in paths.values():
            await client.get(f"{path}&count=none")
        await psql.execute("UPDATE products SET stock = stock + 1 WHERE id = 1")
        await caught_up(app, psql)
        tiers = {
            name: (await client.get(f"{path}&count=none")).headers["x-cache"] for name, path in paths.items()
        }
    untouched = {"neither", "counts by another"}
    assert tiers == {name: "HIT-LOCAL" if name in untouched else "MISS" for name in paths}


def test_fields_that_decide_are_found_in_conditions_and_orders() -> None:
    found = deciding_fields(
        PRODUCTS, filters=["category", "in_stock", "max_price", "ids"], sorts=["-rating"[1:], "id"]
    )
    assert found == {"category", "stock", "price", "rating"}


@pytest.mark.parametrize(
    ("filters", "sorts"),
    [(["q"], ["id"]), ([], ["relevance"]), ([], ["updated_at"]), (["created_from"], ["id"])],
)
def test_what_the_log_does_not_tell_of_leaves_every_field_deciding(
    filters: list[str], sorts: list[str]
) -> None:
    assert deciding_fields(PRODUCTS, filters=filters, sorts=sorts) is None


async def test_logged_fields_are_those_of_the_triggers(psql: asyncpg.Connection) -> None:
    body = await psql.fetchval("SELECT pg_get_functiondef('catalogue_log_products_update'::regproc)")
    for name in LOGGED_FIELDS["products"]:
        assert f"jsonb_build_object('{name}', n.{name})" in body
