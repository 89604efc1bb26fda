"""Orders over HTTP: the list, the record with all that belongs to it, statistics, documents."""

import hashlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sql(shop: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(shop)
    yield connection
    await connection.close()


async def test_item_has_the_fields_of_the_contract(client: httpx.AsyncClient) -> None:
    item = (await client.get("/orders?limit=1")).json()["items"][0]
    assert list(item) == [
        "id",
        "reference",
        "status",
        "service",
        "priority",
        "terminal_id",
        "eta_date",
        "etd_date",
        "eta_driver_id",
        "etd_driver_id",
        "truck_id",
        "trailer_id",
        "customer_name",
        "pallets",
        "boxes",
        "kilos",
        "total",
        "currency",
        "created_at",
        "updated_at",
        "version",
    ]


async def test_newest_order_comes_first(client: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    items = (await client.get("/orders?limit=20")).json()["items"]
    rows = await sql.fetch("SELECT id FROM orders ORDER BY created_at DESC, id DESC LIMIT 20")
    assert [item["id"] for item in items] == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("status=draft&status=cancelled", "status IN ('draft', 'cancelled')"),
        ("service=express", "service = 'express'"),
        ("priority=urgent&status=delivered", "priority = 'urgent' AND status = 'delivered'"),
        ("terminal_id=3", "terminal_id = 3"),
        ("driver_id=5", "5 IN (eta_driver_id, etd_driver_id)"),
        ("driver_id=5&driver_id=6", "eta_driver_id IN (5, 6) OR etd_driver_id IN (5, 6)"),
        ("truck_id=4", "truck_id = 4"),
        ("trailer_id=4", "trailer_id = 4"),
        ("eta_from=2025-01-01&eta_to=2026-01-01", "eta_date >= '2025-01-01' AND eta_date < '2026-01-01'"),
        ("etd_from=2025-01-01", "etd_date >= '2025-01-01'"),
        ("created_to=2026-01-01", "created_at < '2026-01-01Z'"),
        ("min_total=100&max_total=900.5", "total BETWEEN 100 AND 900.5"),
        ("product_id=10", "id IN (SELECT order_id FROM order_lines WHERE product_id = 10)"),
    ],
)
async def test_filter_finds_what_sql_finds(
    client: httpx.AsyncClient, sql: asyncpg.Connection, query: str, where: str
) -> None:
    page = (await client.get(f"/orders?{query}&count=exact&limit=200&sort=id&fields=id")).json()
    rows = await sql.fetch(f"SELECT id FROM orders WHERE {where} ORDER BY id")  # noqa: S608
    assert rows
    assert page["total"] == len(rows)
    assert [item["id"] for item in page["items"]] == [row["id"] for row in rows[:200]]


async def test_urgency_sorts_by_urgency(client: httpx.AsyncClient) -> None:
    first = (await client.get("/orders?sort=-priority&limit=1")).json()["items"][0]
    last = (await client.get("/orders?sort=priority&limit=1")).json()["items"][0]
    assert (first["priority"], last["priority"]) == ("urgent", "low")


@pytest.mark.parametrize("sign", ["", "-"])
async def test_unknown_date_counts_as_the_latest(
    client: httpx.AsyncClient, sql: asyncpg.Connection, sign: str
) -> None:
    direction = "DESC" if sign else "ASC"
    rows = await sql.fetch(f"SELECT id FROM orders ORDER BY eta_date {direction}, id {direction}")  # noqa: S608
    found: list[int] = []
    query = f"/orders?sort={sign}eta_date&limit=200&fields=id"
    page = (await client.get(query)).json()
    found += [item["id"] for item in page["items"]]
    while page["next"]:
        page = (await client.get(f"{query}&cursor={page['next']}")).json()
        found += [item["id"] for item in page["items"]]
    assert found == [row["id"] for row in rows]


async def test_search_finds_reference_and_customer(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    row = await sql.fetchrow("SELECT id, reference, customer_name FROM orders ORDER BY id LIMIT 1")
    for typed in (row["reference"], row["reference"].lower(), row["customer_name"]):
        page = (await client.get("/orders", params={"q": typed, "limit": 200, "sort": "id"})).json()
        assert row["id"] in [item["id"] for item in page["items"]]


async def test_record_holds_all_that_belongs_to_it(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    identity = await sql.fetchval(
        "SELECT order_id FROM order_documents JOIN orders ON orders.id = order_id"
        " WHERE truck_id IS NOT NULL AND eta_driver_id IS NOT NULL ORDER BY 1 LIMIT 1"
    )
    order = json.loads((await client.get(f"/orders/{identity}")).text, parse_float=Decimal)
    assert order["terminal"]["id"] == order["terminal_id"]
    assert order["eta_driver"]["id"] == order["eta_driver_id"]
    assert order["truck"]["id"] == order["truck_id"]
    assert sum(line["quantity"] * line["unit_price"] for line in order["lines"]) == order["total"]
    assert [line["position"] for line in order["lines"]] == list(range(1, len(order["lines"]) + 1))
    documents = (await client.get(f"/orders/{identity}/documents")).json()
    assert order["documents"] == documents["items"]
    assert documents["total"] == len(documents["items"]) == 1


async def test_record_without_vehicles_says_null(client: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    identity = await sql.fetchval("SELECT id FROM orders WHERE truck_id IS NULL ORDER BY 1 LIMIT 1")
    assert (await client.get(f"/orders/{identity}")).json()["truck"] is None


async def test_document_is_given_out_as_an_attachment(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    row = await sql.fetchrow("SELECT order_id, id FROM order_documents ORDER BY id LIMIT 1")
    address = f"/orders/{row['order_id']}/documents/{row['id']}"
    document = (await client.get(address)).json()
    content = await client.get(f"{address}/content")
    assert hashlib.sha256(content.content).hexdigest() == document["sha256"]
    assert content.headers["content-disposition"].startswith("attachment")
    assert content.headers["x-content-type-options"] == "nosniff"
    texts = (await client.get(f"{address}/texts")).json()
    assert [text["page"] for text in texts["items"]] == list(range(1, texts["total"] + 1))
    assert texts["items"][0]["content"].split()[0] in content.text


async def test_document_of_another_order_is_not_found(
    client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    row = await sql.fetchrow("SELECT order_id, id FROM order_documents ORDER BY id LIMIT 1")
    for ending in ("", "/content", "/texts"):
        answer = await client.get(f"/orders/{row['order_id'] + 1}/documents/{row['id']}{ending}")
        assert answer.status_code == 404


async def test_statistics_equal_those_of_sql(client: httpx.AsyncClient, sql: asyncpg.Connection) -> None:
    stats = json.loads((await client.get("/orders/stats?status=delivered")).text, parse_float=Decimal)
    row = await sql.fetchrow(
        "SELECT count(*), sum(total) AS sum, sum(pallets) AS pallets FROM orders WHERE status = 'delivered'"
    )
    assert (stats["count"], stats["total"]["sum"], stats["pallets"]) == tuple(row)
    assert stats["status"] == [{"value": "delivered", "count": row["count"]}]
