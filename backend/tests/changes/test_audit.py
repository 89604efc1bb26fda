"""The audit trail over HTTP: what was done, by whom, and the history of a product."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop_client(
    database: str, connection: asyncpg.Connection, settings_for: Callable[..., Settings]
) -> AsyncIterator[httpx.AsyncClient]:
    await connection.execute("SET catalogue.actor = 'ada'")
    for price in (20, 30, 40):
        await connection.execute("UPDATE products SET price = $1::int WHERE id IN (1, 2)", price)
    await connection.execute("SET catalogue.actor = ''")
    await connection.execute("DELETE FROM products WHERE id = 1")
    async with running(create_app(settings_for(database))) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "operations"),
    [
        ("record_id=1&dataset=products", ["delete", "update", "update", "update", "insert"]),
        ("actor=ada", ["update", "update", "update"]),
        ("operation=delete", ["delete"]),
        ("dataset=terminals", ["insert"]),
        ("dataset=terminals&dataset=brands", ["insert", "insert"]),
        ("record_id=9&record_id=10", ["insert"]),
        ("created_from=2100-01-01", []),
        ("sort=position&limit=2&dataset=products", ["insert", "update"]),
        ("offset=1&limit=1&record_id=1&dataset=products", ["update"]),
    ],
)
async def test_filters_choose_entries(
    query: str, operations: list[str], shop_client: httpx.AsyncClient
) -> None:
    answer = await shop_client.get(f"/audit?{query}")
    assert [item["operation"] for item in answer.json()["items"]] == operations


async def test_cursor_walks_the_trail_once(shop_client: httpx.AsyncClient) -> None:
    seen: list[int] = []
    page = (await shop_client.get("/audit?limit=2")).json()
    while True:
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = (await shop_client.get(f"/audit?limit=2&cursor={page['next']}")).json()
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == (await shop_client.get("/audit?count=exact")).json()["total"]


async def test_history_tells_of_one_product_only(shop_client: httpx.AsyncClient) -> None:
    page = (await shop_client.get("/products/1/history")).json()
    assert [(item["operation"], item["actor"]) for item in page["items"]] == [
        ("delete", None),
        ("update", "ada"),
        ("update", "ada"),
        ("update", "ada"),
        ("insert", None),
    ]
    assert page["items"][1]["old"] == {"price": 30.0, "version": 3}
    assert page["items"][1]["new"] == {"price": 40.0, "version": 4}
    assert page["items"][0]["new"] is None
    assert page["items"][0]["old"]["sku"] == "S1"
    assert page["items"][4]["new"]["price"] == 1.0


async def test_history_has_pages(shop_client: httpx.AsyncClient) -> None:
    first = (await shop_client.get("/products/1/history?limit=2")).json()
    second = (await shop_client.get(f"/products/1/history?limit=2&cursor={first['next']}")).json()
    assert [item["operation"] for item in second["items"]] == ["update", "update"]
    other = await shop_client.get(f"/products/2/history?limit=2&cursor={first['next']}")
    assert other.status_code == 400


async def test_history_of_what_never_was_is_empty(shop_client: httpx.AsyncClient) -> None:
    assert (await shop_client.get("/products/999999/history")).json()["items"] == []


@pytest.mark.parametrize(
    "parameter", ["dataset=orders", "record_id=2", "fields=ids", "%66ields=ids", "nonsense=1"]
)
async def test_history_refuses_what_its_address_says(parameter: str, shop_client: httpx.AsyncClient) -> None:
    assert (await shop_client.get(f"/products/1/history?{parameter}")).status_code == 422


async def test_metrics_and_health_speak_of_the_feed(shop_client: httpx.AsyncClient) -> None:
    metrics = (await shop_client.get("http://catalogue/metrics")).text
    for name in (
        "feed_position",
        "feed_last_look_timestamp_seconds",
        "feed_reconnects_total",
        "change_stream_clients",
    ):
        assert f"\ncatalogue_{name} " in metrics
    detailed = (await shop_client.get("http://catalogue/health/detailed")).json()
    assert detailed["dependencies"]["feed"]["state"] == "up"


async def test_head_of_the_stream_ends(shop_client: httpx.AsyncClient) -> None:
    answer = await shop_client.head("/changes")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
