"""Products over HTTP: list, record, statistics, values and export, against plain SQL."""

import csv
import io
import json
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import httpx
import pytest

from catalogue.products.listing import PRODUCTS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sql(shop: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(shop)
    yield connection
    await connection.close()


async def test_item_has_the_fields_of_the_contract(client: httpx.AsyncClient) -> None:
    item = (await client.get("/products?limit=1")).json()["items"][0]
    assert list(item) == [
        "id",
        "sku",
        "name",
        "category",
        "brand",
        "price",
        "currency",
        "stock",
        "rating",
        "review_count",
        "image_url",
        "created_at",
        "updated_at",
        "version",
    ]


async def test_money_has_exactly_two_decimals(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products?limit=200&fields=price")
    prices = [item["price"] for item in json.loads(answer.text, parse_float=str)["items"]]
    assert all(len(price.partition(".")[2]) == 2 for price in prices)


async def test_description_comes_in_the_record_and_on_demand(client: httpx.AsyncClient) -> None:
    record = (await client.get("/products/1")).json()
    item = (await client.get("/products?ids=1&fields=description")).json()["items"][0]
    assert item == {"id": 1, "description": record["description"]}


async def test_record_by_sku_is_the_record_by_id(client: httpx.AsyncClient) -> None:
    record = (await client.get("/products/7")).json()
    assert (await client.get(f"/products/by-sku/{record['sku']}")).json() == record


async def test_whole_list_is_proven_exact_when_its_end_is_seen(client: httpx.AsyncClient) -> None:
    page = (await client.get("/products?ids=3,4,5&sort=-id")).json()
    assert [item["id"] for item in page["items"]] == [5, 4, 3]
    assert (page["total"], page["total_is"], page["next"], page["prev"]) == (3, "exact", None, None)


async def test_count_is_counted_estimated_or_left_out(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    total = await sql.fetchval("SELECT count(*) FROM products")
    exact = (await client.get("/products?count=exact")).json()
    assert (exact["total"], exact["total_is"]) == (total, "exact")
    counted_by_cells = (await client.get("/products")).json()
    assert (counted_by_cells["total"], counted_by_cells["total_is"]) == (total, "exact")
    auto = (await client.get("/products?created_from=2000-01-01")).json()
    assert auto["total_is"] == "estimate"
    assert total * 0.9 <= auto["total"] <= total * 1.1
    assert (await client.get("/products?count=none")).json()["total"] is None


async def test_offset_past_the_end_is_an_empty_page(client: httpx.AsyncClient) -> None:
    for offset in (1_000_000, 2**63 - 1):
        answer = await client.get(f"/products?offset={offset}")
        assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_links_lead_to_the_neighbours(client: httpx.AsyncClient) -> None:
    second = await client.get("/products?sort=-price&limit=10&offset=10&count=exact")
    links = second.links
    assert set(links) == {"first", "prev", "next", "last"}
    first = await client.get(f"http://catalogue{links['first']['url']}")
    previous = await client.get(f"http://catalogue{links['prev']['url']}")
    assert previous.json()["items"] == first.json()["items"]
    last = (await client.get(f"http://catalogue{links['last']['url']}")).json()
    assert last["next"] is None
    assert last["items"]


async def test_statistics_equal_those_of_sql(client: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    answer = await client.get("/products/stats?in_stock=true&min_price=20")
    stats = json.loads(answer.text, parse_float=Decimal)
    row = await sql.fetchrow(
        "SELECT count(*), min(price), max(price), round(avg(price), 2) AS avg, sum(stock) AS stock"
        " FROM products WHERE stock > 0 AND price >= 20"
    )
    prices = [
        row["price"]
        for row in await sql.fetch(
            "SELECT price FROM products WHERE stock > 0 AND price >= 20 ORDER BY price"
        )
    ]
    middle = (prices[(len(prices) - 1) // 2] + prices[len(prices) // 2]) / 2
    assert stats["count"] == row["count"]
    assert stats["price"]["median"] == pytest.approx(middle, abs=Decimal("0.01"))
    assert [stats["price"][name] for name in ("min", "max", "avg")] == [row["min"], row["max"], row["avg"]]
    assert (stats["stock"], stats["out_of_stock"]) == (row["stock"], 0)
    assert sum(part["count"] for part in stats["categories"]) == row["count"]
    assert sum(part["count"] for part in stats["brands"]) == row["count"]


async def test_statistics_of_nothing_are_empty(client: httpx.AsyncClient) -> None:
    stats = (await client.get("/products/stats?brand=no-such-brand")).json()
    assert (stats["count"], stats["stock"], stats["categories"]) == (0, 0, [])
    assert set(stats["price"].values()) == {None}


@pytest.mark.parametrize(("path", "column"), [("categories", "category"), ("brands", "brand")])
async def test_every_value_is_listed_with_its_count(
    client: httpx.AsyncClient, sql: asyncpg.Connection, path: str, column: str
) -> None:
    listed = (await client.get(f"/products/{path}")).json()
    counts = {item["slug"]: item["count"] for item in listed["items"]}
    rows = await sql.fetch(f"SELECT {column}, count(*) FROM products GROUP BY 1")  # noqa: S608
    assert {slug: count for slug, count in counts.items() if count} == dict(map(tuple, rows))
    assert listed["total"] == len(counts)
    assert all(item["label"] for item in listed["items"])


async def test_export_holds_every_matching_row_in_order(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    answer = await client.get("/products/export?format=csv&in_stock=true&sort=-price")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    expected = await sql.fetch("SELECT id FROM products WHERE stock > 0 ORDER BY price DESC, id DESC")
    assert [int(row["id"]) for row in rows] == [row["id"] for row in expected]
    assert tuple(rows[0]) == PRODUCTS.fields
    assert "attachment" in answer.headers["content-disposition"]


async def test_export_as_ndjson_holds_the_items_of_the_list(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products/export?format=ndjson&ids=1,2,3")
    items = (await client.get("/products?ids=1,2,3")).json()["items"]
    assert [json.loads(line) for line in answer.text.splitlines()] == items
