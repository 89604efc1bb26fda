"""Pages against `ORDER BY`: whatever the filters and the sort, also while rows come and go."""

import json
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
FILTERS = {
    "category": ("category = '{}'", ("cameras", "lenses")),
    "brand": ("brand = '{}'", ("acme", "zenith")),
    "min_price": ("price >= {}", ("5", "20.00")),
    "max_price": ("price <= {}", ("10", "20.01")),
    "min_rating": ("rating >= {}", ("3", "4.5")),
    "in_stock": ("(stock > 0) = {}", ("true", "false")),
    "created_from": ("created_at >= '{}'", ("2026-01-02T00:00:00Z",)),
    "created_to": ("created_at < '{}'", ("2026-01-03",)),
}
ROWS = """
INSERT INTO products (sku, name, category, brand, price, currency, stock, rating, review_count,
    created_at, updated_at)
SELECT 'S' || nextval('sku'), (ARRAY['Ant', 'Bee', 'Cat', 'bee', 'Äpfel'])[1 + i % 5],
    (ARRAY['cameras', 'lenses'])[1 + i % 2], (ARRAY['acme', 'zenith', 'orbit'])[1 + i % 3],
    (i * 7 % 9) * 5 + (i % 2) * 0.01, 'EUR', i % 4, (i % 5) + 0.5 * (i % 2), i % 3,
    timestamptz '2026-01-01 00:00Z' + i % 4 * interval '1 day',
    timestamptz '2026-02-01 00:00Z' + i % 6 * interval '1 microsecond'
FROM generate_series(1, {}) AS i
"""
sort_parts = st.tuples(st.sampled_from(("", "-")), st.sampled_from(SORTS)).map("".join)
sorts = st.lists(sort_parts, min_size=1, max_size=3, unique_by=lambda part: part.lstrip("-"))
filters = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, (_, texts) in FILTERS.items()}
)
walks = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Shop:
    """An application on a small database full of ties, and the database itself."""

    def __init__(self, client: httpx.AsyncClient, connection: asyncpg.Connection) -> None:
        self.client = client
        self.connection = connection

    async def fill(self) -> None:
        await self.connection.execute("TRUNCATE products RESTART IDENTITY CASCADE")
        await self.connection.execute(ROWS.format(240))

    async def expected(self, filters: dict[str, str], sort: list[str]) -> list[int]:
        where = " AND ".join(FILTERS[name][0].format(text) for name, text in filters.items()) or "true"
        keys = [f"{part.lstrip('-')} {'DESC' if part[0] == '-' else 'ASC'}" for part in sort]
        ties = "id DESC" if sort[-1].startswith("-") else "id"
        rows = await self.connection.fetch(
            f"SELECT id FROM products WHERE {where} ORDER BY {', '.join([*keys, ties])}"  # noqa: S608
        )
        return [row["id"] for row in rows]

    async def page(self, filters: dict[str, str], sort: list[str], **position: Any) -> dict[str, Any]:
        query = {**filters, "sort": ",".join(sort), "fields": "id", **position}
        answer = await self.client.get("/products", params=query)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = json.loads(answer.content)
        return page

    async def walk(self, filters: dict[str, str], sort: list[str], limit: int) -> list[list[int]]:
        page = await self.page(filters, sort, limit=limit)
        pages = [ids(page)]
        while page["next"] is not None:
            page = await self.page(filters, sort, limit=limit, cursor=page["next"])
            pages.append(ids(page))
        return pages


def ids(page: dict[str, Any]) -> list[int]:
    return [item["id"] for item in page["items"]]


@pytest.fixture(scope="module")
def tied_database(clone: Callable[[str], str], migrated_template: str) -> str:
    return clone(migrated_template)


@pytest.fixture
async def small_shop(tied_database: str, settings_for: Callable[..., Settings]) -> AsyncIterator[Shop]:
    connection = await asyncpg.connect(tied_database)
    await connection.execute(
        """
        TRUNCATE products, categories, brands CASCADE;
        CREATE SEQUENCE IF NOT EXISTS sku;
        INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras'), ('lenses', 'Lenses');
        INSERT INTO brands (slug, label) VALUES ('acme', 'Acme'), ('zenith', 'Zenith'), ('orbit', 'Orbit');
        """
    )
    async with running(create_app(settings_for(tied_database))) as client:
        shop = Shop(client, connection)
        await shop.fill()
        yield shop
    await connection.close()


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60))
async def test_next_visits_every_row_once_in_order(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int
) -> None:
    pages = await small_shop.walk(filters, sort, limit)
    assert [row for page in pages for row in page] == await small_shop.expected(filters, sort)
    assert all(len(page) == limit for page in pages[:-1])


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60), offset=st.integers(0, 260))
async def test_offset_shows_the_rows_at_that_number(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int, offset: int
) -> None:
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, limit=limit, offset=offset, count="exact")
    assert ids(page) == expected[offset : offset + limit]
    assert (page["total"], page["total_is"], page["offset"]) == (len(expected), "exact", offset)


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60), offset=st.integers(0, 239))
async def test_prev_leads_back_to_the_first_row(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int, offset: int
) -> None:
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, limit=limit, offset=offset)
    collected = ids(page)
    while page["prev"] is not None:
        page = await small_shop.page(filters, sort, limit=limit, cursor=page["prev"])
        collected = ids(page) + collected
        assert page["offset"] == expected.index(collected[0])
    assert collected == (expected[: offset + limit] if offset < len(expected) else [])


@settings(walks, max_examples=25)
@given(sort=sorts, limit=st.integers(5, 40), seed=st.integers(0, 2**32))
async def test_rows_that_stay_are_visited_once_while_others_come_and_go(
    small_shop: Shop, sort: list[str], limit: int, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - chooses rows, not keys
    await small_shop.fill()
    before = set(await small_shop.expected({}, sort))
    removed: set[int] = set()
    page = await small_shop.page({}, sort, limit=limit)
    seen = ids(page)
    while page["next"] is not None:
        doomed = random.sample(sorted(before - removed), 3)
        removed.update(doomed)
        await small_shop.connection.execute("DELETE FROM products WHERE id = ANY($1)", doomed)
        await small_shop.connection.execute(ROWS.format(2))
        page = await small_shop.page({}, sort, limit=limit, cursor=page["next"])
        seen += ids(page)
    assert len(seen) == len(set(seen))
    assert before - removed <= set(seen)
