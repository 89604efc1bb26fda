"""A cached list is what the tables say, whatever was changed; and what a change does not touch stays cached."""

import random
from contextlib import suppress
from typing import Any

import asyncpg
import orjson
import pytest

from catalogue.caching.deciding_fields import deciding_fields
from catalogue.changes.change import LOGGED_FIELDS
from catalogue.listing.declaration import MADE_OF
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import Product
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
SEARCHED = (
    "/products?q=a&count=none&limit=10",
    "/products?q=new&count=none&limit=10&facets=price,in_stock,brand",
    "/products?q={category}&count=none&limit=10&in_stock=true",
    "/products?q=a&sort=-price&count=none&limit=10",
    "/products/suggest?q=a",
    "/products/suggest?q=new",
    "/products/categories",
    "/products/brands",
)
FACETS = ("", "&facets=category", "&facets=price,in_stock", "&facets=brand,rating")
STEPS = 40
CHANGES = (
    "UPDATE products SET stock = stock + 1 WHERE id = $1",
    "UPDATE products SET stock = 0 WHERE id = $1",
    "UPDATE products SET price = price + 50 WHERE id = $1",
    "UPDATE products SET name = 'A ' || name WHERE id = $1",
    "UPDATE products SET review_count = review_count + 1000 WHERE id = $1",
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
    paths += [path.format(**row) for path in SEARCHED] * 6
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
                assert _of_rows(cached.json()) == _of_rows(await _from_the_tables(app, path)), path
    assert set(tiers) == {"HIT-LOCAL", "MISS"}


async def _from_the_tables(app: Any, path: str) -> dict[str, Any]:
    address, _, query = f"/api/v1{path}".partition("?")
    known = app.state.cache.book.find(address, query.encode())
    answer = await app.state.cache._rebuilder.bypass(known, b"test")
    found: dict[str, Any] = orjson.loads(answer.entry.body)
    return found


def _of_rows(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what comes from a vocabulary, which is read every half minute only."""
    return {name: value for name, value in answer.items() if name not in {"completions", "corrected_q"}}


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
        "searches": "/products?q=zzz",
        "suggests": "/products/suggest?q=zzz",
        "counts": "/products/categories?",
    }
    async with serve() as (app, client):
        for path in paths.values():
            await client.get(_uncounted(path))
        await psql.execute("UPDATE products SET stock = stock + 1 WHERE id = 1")
        await caught_up(app, psql)
        tiers = {
            name: (await client.get(_uncounted(path))).headers["x-cache"] for name, path in paths.items()
        }
        await psql.execute("UPDATE products SET name = 'zzz' WHERE id = 2")
        await caught_up(app, psql)
        searched = [
            (await client.get(_uncounted(paths[name]))).headers["x-cache"]
            for name in ("searches", "suggests")
        ]
    untouched = {"neither", "counts by another", "searches", "suggests", "counts"}
    assert searched == ["MISS", "MISS"]
    assert tiers == {name: "HIT-LOCAL" if name in untouched else "MISS" for name in paths}


def _uncounted(path: str) -> str:
    return f"{path}&count=none" if path.startswith("/products?") else path


async def test_columns_that_a_search_is_made_of_are_those_of_its_expression(psql: asyncpg.Connection) -> None:
    rows = await psql.fetch(_MADE_OF)
    assert {row["attname"] for row in rows} == set(Product.__table__.c.search.info[MADE_OF])


_MADE_OF = """
SELECT used.attname FROM pg_attrdef AS made
JOIN pg_attribute AS own ON own.attrelid = made.adrelid AND own.attnum = made.adnum AND own.attname = 'search'
JOIN pg_depend ON classid = 'pg_attrdef'::regclass AND objid = made.oid AND refclassid = 'pg_class'::regclass
JOIN pg_attribute AS used ON used.attrelid = refobjid AND used.attnum = refobjsubid AND used.attname <> 'search'
WHERE made.adrelid = 'products'::regclass
"""


def test_fields_that_decide_are_found_in_conditions_and_orders() -> None:
    found = deciding_fields(
        PRODUCTS, filters=["category", "in_stock", "max_price", "ids"], sorts=["-rating"[1:], "id"]
    )
    assert found == {"category", "stock", "price", "rating"}
    found = deciding_fields(PRODUCTS, filters=["q"], sorts=["relevance"])
    assert found == {"name", "brand", "category", "description", "sku", "review_count"}


@pytest.mark.parametrize(
    ("filters", "sorts"),
    [([], ["updated_at"]), (["created_from"], ["id"])],
)
def test_what_the_log_does_not_tell_of_leaves_every_field_deciding(
    filters: list[str], sorts: list[str]
) -> None:
    assert deciding_fields(PRODUCTS, filters=filters, sorts=sorts) is None


async def test_logged_fields_are_those_of_the_triggers(psql: asyncpg.Connection) -> None:
    body = await psql.fetchval("SELECT pg_get_functiondef('catalogue_log_products_update'::regproc)")
    for name in LOGGED_FIELDS["products"]:
        assert f"jsonb_build_object('{name}', n.{name})" in body
