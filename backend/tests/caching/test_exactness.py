"""A cached list is what the tables say, whatever was changed; and what a change does not touch stays cached."""

import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

import asyncpg
import orjson
import pytest

from catalogue.caching.deciding_fields import EVERYTHING, deciding
from catalogue.changes.change import LOGGED_FIELDS
from catalogue.listing import facets_reading
from catalogue.listing.declaration import MADE_OF
from catalogue.listing.facets import RangeFacet
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
    "min_price=20&max_price=400.5",
    "in_stock=true",
    "min_rating=3",
    "ids=1,2,3,4,5",
    "q=the",
    "updated_from=2020-01-01T00:00:00Z",
    "created_from=2020-01-01T00:00:00Z",
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
PLACES = ("", "", "&offset=5", "&offset=40")
STEPS = 60
CHANGES = (
    "UPDATE products SET stock = stock + 1 WHERE id = $1",
    "UPDATE products SET stock = greatest(stock - 1, 0), price = price + 0.01 WHERE id = $1",
    "UPDATE products SET price = 30 + ($1 * 37) % 400 WHERE id % 9 = $1 % 9",
    "UPDATE products SET price = price + 1, name = name || '.' WHERE id = $1",
    "UPDATE products SET stock = 0 WHERE id = $1",
    "UPDATE products SET price = price + 50 WHERE id = $1",
    "UPDATE products SET name = 'A ' || name WHERE id = $1",
    "UPDATE products SET review_count = review_count + 1000 WHERE id = $1",
    "UPDATE products SET rating = 5 - rating WHERE id % 7 = $1 % 7",
    "UPDATE products SET category = (SELECT category FROM products WHERE id = $1 % 5 + 6) WHERE id = $1",
    "UPDATE products SET brand = (SELECT brand FROM products WHERE id = $1 % 5 + 6) WHERE id = $1",
    "UPDATE products SET description = description || '.' WHERE id = $1",
    "UPDATE products SET updated_at = now() WHERE id = $1",
    "UPDATE products SET created_at = now() - interval '1 day' * ($1::bigint % 4) WHERE id = $1",
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
        f"/products?{filters.format(**row)}&sort={sort}{facets}{place}&limit={dice.choice((5, 20))}&count=none".replace(
            "?&", "?"
        )
        for sort in SORTS
        for filters in FILTERS
        for facets, place in [(dice.choice(FACETS), dice.choice(PLACES))]
    ]
    paths += [path.format(**row) for path in SEARCHED] * 6
    tiers: list[str] = []
    pages: list[str] = []
    async with serve() as (app, client):
        for _ in range(STEPS):
            with suppress(asyncpg.IntegrityConstraintViolationError):
                await psql.execute(dice.choice(CHANGES), dice.randint(1, 30))
            await caught_up(app, psql)
            for path in [*dice.sample(paths, 12), *dice.sample(pages, min(len(pages), 12))]:
                for _ in range(2):
                    cached = await client.get(path)
                    tiers.append(cached.headers["x-cache"])
                assert _of_rows(cached.json()) == _of_rows(await _from_the_tables(app, path)), path
                pages += _pages_beside(path, cached.json())
    assert set(tiers) == {"HIT-LOCAL", "MISS"}


def _pages_beside(path: str, answer: dict[str, Any]) -> list[str]:
    """The addresses of the pages before and after one."""
    if "offset=" in path or "cursor=" in path:
        return []
    return [f"{path}&cursor={cursor}" for name in ("next", "prev") if (cursor := answer.get(name))]


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
        "where the row was": "/products?sort=-stock&limit=5&offset={before}",
        "where the row is": "/products?sort=-stock&limit=5&offset={after}",
        "between the two": "/products?sort=-stock&limit=5&offset={between}",
        "beyond them": "/products?sort=-stock&limit=5",
        "filtered by the field": "/products?in_stock=true&sort=-id&limit=5",
        "counts by the field": "/products?sort=-id&limit=5&facets=in_stock",
        "neither": "/products?sort=-id&limit=5",
        "counts by another": "/products?sort=-id&limit=5&facets=category",
        "searches": "/products?q=zzz",
        "suggests": "/products/suggest?q=zzz",
        "counts": "/products/categories?",
    }
    await psql.execute("UPDATE products SET stock = 10 * (100 - id) WHERE id > 1 AND id < 90")
    await psql.execute("UPDATE products SET stock = 505 WHERE id = 1")
    await psql.execute("UPDATE products SET stock = 0 WHERE id >= 90")
    before = await psql.fetchval("SELECT count(*) FROM products WHERE stock > 505")
    after = await psql.fetchval("SELECT count(*) FROM products WHERE stock > 205")
    places = {"before": before, "after": after - 3, "between": (before + after) // 2}
    paths = {name: path.format(**places) for name, path in paths.items()}
    async with serve() as (app, client):

        async def tiers_after(statement: str) -> dict[str, str]:
            for path in paths.values():
                await client.get(_uncounted(path))
            await psql.execute(statement)
            await caught_up(app, psql)
            return {
                name: (await client.get(_uncounted(path))).headers["x-cache"] for name, path in paths.items()
            }

        moved = await tiers_after("UPDATE products SET stock = 205 WHERE id = 1")
        barely_moved = await tiers_after("UPDATE products SET stock = 206 WHERE id = 1")
        sold_out = await tiers_after("UPDATE products SET stock = 0 WHERE id = 1")
        renamed = await tiers_after("UPDATE products SET name = 'zzz' WHERE id = 2")
    assert _missed(moved) == {"shows the row", "where the row was", "where the row is", "between the two"}
    assert _missed(barely_moved) == {"shows the row", "where the row is"}
    assert {"filtered by the field", "counts by the field", "shows the row"} <= _missed(sold_out)
    assert not {"beyond them", "counts by another", "counts", "searches"} & _missed(sold_out)
    assert {"searches", "suggests"} <= _missed(renamed)


@pytest.mark.parametrize(
    ("likely", "precision", "tier"), [(-1, "estimate", "HIT-LOCAL"), (4_000, "exact", "MISS")]
)
async def test_only_exact_facets_go_by_single_rows(
    likely: int,
    precision: str,
    tier: str,
    serve: Serve,
    psql: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`likely`: where more matches are expected, facets are estimated."""
    monkeypatch.setattr(facets_reading, "LIKELY_MATCHES", likely)
    path = "/products?q=a&sort=name&fields=id&limit=1&count=none&facets=in_stock"
    await psql.execute("UPDATE products SET stock = 3")
    async with serve() as (app, client):
        assert (await client.get(path)).json()["facets_are"] == precision
        await psql.execute("UPDATE products SET stock = 0 WHERE id = 50")
        await caught_up(app, psql)
        assert (await client.get(path)).headers["x-cache"] == tier


@pytest.mark.parametrize(
    ("asked", "tiers"),
    [
        ("q=findme&facets=in_stock,price", ("HIT-LOCAL", "MISS")),
        ("q=findme&facets=in_stock,price&max_price=50", ("HIT-LOCAL", "MISS")),
        ("q=findme&facets=price&in_stock=true", ("MISS", "MISS")),
        ("facets=in_stock", ("MISS", "MISS")),
    ],
)
async def test_counts_of_a_search_go_by_the_rows_that_it_finds(
    asked: str, tiers: tuple[str, str], serve: Serve, psql: asyncpg.Connection
) -> None:
    """Where a number decides which rows are counted (`in_stock` without its own counts), any row may come to be one."""
    path = f"/products?{asked}&sort=name&fields=id&limit=1&count=none"
    await psql.execute("UPDATE products SET stock = 3, price = 20")
    await psql.execute("UPDATE products SET name = 'a findme ' || id WHERE id IN (1, 2)")
    seen = []
    async with serve() as (app, client):
        for row in (50, 2):
            await client.get(path)
            await psql.execute("UPDATE products SET stock = 0 WHERE id = $1", row)
            await caught_up(app, psql)
            seen.append((await client.get(path)).headers["x-cache"])
    assert tuple(seen) == tiers


def _missed(tiers: dict[str, str]) -> set[str]:
    return {name for name, tier in tiers.items() if tier != "HIT-LOCAL"}


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


def test_fields_that_decide_are_found_in_conditions_orders_and_facets() -> None:
    found = deciding(
        PRODUCTS,
        filters={"category": ("x",), "in_stock": (True,), "max_price": (Decimal("20.5"),), "ids": (1,)},
        sorts=["rating", "id"],
        facets=[PRODUCTS.facet_by_name["brand"]],
    )
    assert found.fields == {"category", "brand"}
    assert found.borders == (("price", (20.5,)), ("stock", (0.0,)))
    assert found.ordered_by == "rating"
    found = deciding(PRODUCTS, filters={"q": ("word",)}, sorts=["relevance", "id"])
    assert found.fields == {"name", "brand", "category", "description", "sku", "review_count"}
    assert not found.borders
    assert found.ordered_by is None


def test_ranges_of_a_facet_are_borders() -> None:
    price = PRODUCTS.facet_by_name["price"]
    found = deciding(PRODUCTS, filters={}, facets=[price])
    assert isinstance(price, RangeFacet)
    assert found.fields == frozenset()
    assert found.borders == (("price", tuple(map(float, price.bounds))),)


def test_number_that_decides_among_equals_counts_whenever_it_changes() -> None:
    found = deciding(PRODUCTS, filters={"min_rating": (4,)}, sorts=["price", "rating", "id"])
    assert found.fields == {"rating"}
    assert not found.borders
    assert found.ordered_by == "price"


@pytest.mark.parametrize(
    ("filters", "sorts"),
    [({}, ["updated_at"]), ({"updated_from": ("2020",)}, ["id"])],
)
def test_what_the_log_does_not_tell_of_leaves_every_field_deciding(
    filters: dict[str, Any], sorts: list[str]
) -> None:
    assert deciding(PRODUCTS, filters=filters, sorts=sorts) == EVERYTHING


async def test_logged_fields_are_those_of_the_triggers(psql: asyncpg.Connection) -> None:
    body = await psql.fetchval("SELECT pg_get_functiondef('catalogue_log_products_update'::regproc)")
    for name in LOGGED_FIELDS["products"]:
        assert f"jsonb_build_object('{name}', n.{name})" in body
