"""Searches that many rows match: walked instead of ranked, in one order on every page; and what searches cost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from asyncpg.connection import LoggedQuery
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.edge.timings import current_timings
from catalogue.listing import offsets, searching
from catalogue.listing import page as pages
from catalogue.products.listing import PRODUCTS
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

Started = tuple[FastAPI, httpx.AsyncClient]
WALKED = (
    "SELECT id FROM products WHERE search @@ to_tsquery('simple', '{}') ORDER BY review_count DESC, id DESC"
)
HOSTILE = [
    "a" * 10_000,
    "-" * 3_000,
    "& | ! <-> ( ) :*",
    '\'\'\'\'"""""',
    ":::***:A:B",
    "\\\\\\'\\",
    "OR OR OR",
    "-OR -\" -'",
    '"' + "a " * 150,
    "\x00\x00a\x00",
    "' || pg_sleep(9) || '",
    "٤ ﷺ \uff46\uff55 Ⅷ ß ŉ ﬃ",
    "\u202e\ufeff\u0301\u0301",
    "%_%",
]


@pytest.fixture
async def started(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[Started]:
    app = create_app(settings_for(shop, CACHE="off"))
    async with running(app) as client:
        await app.state.vocabularies.ready.wait()
        yield app, client


@pytest.fixture
async def connection(shop: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(shop)
    yield opened
    await opened.close()


@pytest.fixture
async def common_word(connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> str:
    """A word that is in some hundred products, which here are many."""
    monkeypatch.setattr(searching, "FEW_MATCHES", 50)
    monkeypatch.setattr(pages, "WALK_BUDGET_S", 60)
    word = await connection.fetchval(
        "SELECT word FROM ts_stat('SELECT search FROM products') WHERE ndoc BETWEEN 400 AND 900"
        " AND word ~ '^[a-z]{4,}$' ORDER BY ndoc DESC, word LIMIT 1"
    )
    return str(word)


async def get(client: httpx.AsyncClient, query: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get("/products", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def walk(client: httpx.AsyncClient, query: dict[str, Any]) -> list[int]:
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(client, {**query, **cursor})
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_common_word_is_walked_from_the_most_reviewed_on(
    started: Started, connection: asyncpg.Connection, common_word: str
) -> None:
    expected = [row[0] for row in await connection.fetch(WALKED.format(common_word + ":*"))]
    found = await walk(started[1], {"q": common_word, "limit": 150, "fields": "id"})
    assert found == expected


async def test_pages_at_an_offset_are_those_that_a_walk_meets(started: Started, common_word: str) -> None:
    _, client = started
    query = {"q": common_word, "fields": "id", "limit": 40}
    walked = await walk(client, query)
    for offset in (40, 200, 333):
        page = await get(client, {**query, "offset": offset})
        assert [item["id"] for item in page["items"]] == walked[offset : offset + 40]


@pytest.mark.parametrize("few", [10**9, 0])
async def test_order_stays_when_the_vocabulary_is_read_anew_between_pages(
    started: Started, common_word: str, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    app, client = started
    monkeypatch.setattr(searching, "FEW_MATCHES", 10**9 - few)
    query = {"q": common_word, "limit": 100, "fields": "id"}
    expected = await walk(client, query)
    first = await get(client, query)
    monkeypatch.setattr(searching, "FEW_MATCHES", few)
    app.state.lists.pages.searches._common.clear()
    app.state.vocabularies._known.pop(PRODUCTS.name)
    found = [item["id"] for item in first["items"]]
    found += await walk(client, {**query, "cursor": first["next"]}) if first["next"] else []
    assert sorted(expected) == sorted(found)
    second = await get(client, {**query, "cursor": first["next"]})
    assert [item["id"] for item in second["items"]] == expected[100:200]


async def test_walk_that_takes_too_long_is_given_up_for_the_ranked_list(
    started: Started, common_word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, client = started
    monkeypatch.setattr(searching, "FEW_MATCHES", 10**9)
    query = {"q": common_word, "limit": 100, "fields": "id"}
    ranked = await walk(client, query)
    app.state.lists.pages.searches._common.clear()
    monkeypatch.setattr(searching, "FEW_MATCHES", 50)
    monkeypatch.setattr(pages, "WALK_BUDGET_S", 0)
    assert await walk(client, query) == ranked
    monkeypatch.setattr(pages, "WALK_BUDGET_S", 10)
    assert await walk(client, query) == ranked


async def test_walked_and_ranked_lists_have_the_same_total_and_facets(
    started: Started, common_word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, client = started
    query = {"q": common_word, "count": "exact", "facets": "category,brand,price"}
    walked = await get(client, query)
    app.state.lists.pages.searches._common.clear()
    monkeypatch.setattr(searching, "FEW_MATCHES", 10**9)
    ranked = await get(client, query)
    assert [walked[part] for part in ("total", "facets")] == [ranked[part] for part in ("total", "facets")]
    assert walked["items"] != ranked["items"]


async def test_cursor_of_a_search_belongs_to_it_alone(started: Started, common_word: str) -> None:
    _, client = started
    first = await get(client, {"q": common_word, "limit": 5})
    for other in ({"q": common_word + "x"}, {}, {"q": common_word, "sort": "price"}):
        answer = await client.get("/products", params={**other, "cursor": first["next"]})
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("typed", HOSTILE)
async def test_hostile_search_is_answered(started: Started, typed: str) -> None:
    _, client = started
    for path in ("/products", "/products/suggest", "/products/stats", "/orders", "/orders/stats"):
        answer = await client.get(path, params={"q": typed})
        assert answer.status_code == 200, (path, answer.text)


@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=a" + "&q=a" * 500, "q=a&q=b"])
async def test_search_that_is_not_text_or_not_one_is_refused(started: Started, query: str) -> None:
    answer = await started[1].get(f"/products?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith("query")


async def test_correction_costs_one_small_statement_and_no_other_search_does(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop, READ_POOL_SIZE="1", CACHE="off"))
    statements: list[str] = []
    async with running(app) as client:
        await app.state.vocabularies.ready.wait()
        await client.get("/products?q=qqqqqqqq&count=none")
        async with app.state.connections.borrowed(wait_s=30) as connection:
            connection.add_query_logger(partial(_note, statements))
        for typed, cost in (("camera", 1), ("cameras", 1), ("camra", 2), ("CTL-0000", 1)):
            statements.clear()
            assert (await client.get(f"/products?q={typed}&count=none")).status_code == 200
            await asyncio.sleep(0)  # the driver tells of a statement a turn of the loop later
            assert len(statements) == cost, (typed, statements)


async def test_order_of_a_misspelt_customer_is_found(
    started: Started, connection: asyncpg.Connection
) -> None:
    name = await connection.fetchval(
        "SELECT word FROM ts_stat('SELECT search FROM orders') WHERE word ~ '^[a-z]{8,}$' ORDER BY ndoc DESC LIMIT 1"
    )
    typed = name[:3] + name[4:]
    page = (await started[1].get("/orders", params={"q": typed})).json()
    assert page["corrected_q"] == name
    assert page["items"]


async def test_word_written_after_the_vocabulary_was_read_is_not_corrected(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    connection = await asyncpg.connect(database)
    insert = "INSERT INTO products (sku, name, category, brand, price, currency) VALUES ($1, $2, 'c', 'b', 1, 'EUR')"
    await connection.execute(
        "INSERT INTO categories (slug, label) VALUES ('c', 'C'); INSERT INTO brands (slug, label) VALUES ('b', 'B')"
    )
    await connection.execute(insert, "S1", "Kettle")
    app = create_app(settings_for(database, CACHE="off"))
    async with running(app) as client:
        await app.state.vocabularies.ready.wait()
        assert (await get(client, {"q": "Kittle"}))["corrected_q"] == "Kettle".lower()
        await connection.execute(insert, "S2", "Kittle")
        page = await get(client, {"q": "Kittle"})
        assert "corrected_q" not in page
        assert [item["sku"] for item in page["items"]] == ["S2"]
    await connection.close()


def _note(statements: list[str], record: LoggedQuery) -> None:
    if current_timings.get() is not None:
        statements.append(record.query)


@pytest.mark.parametrize(("short", "expected"), [(10**9, None), (0, "estimate")])
async def test_row_number_in_a_long_search_is_near_while_its_index_is_stale(
    started: Started,
    connection: asyncpg.Connection,
    common_word: str,
    monkeypatch: pytest.MonkeyPatch,
    short: int,
    expected: str | None,
) -> None:
    app, client = started
    monkeypatch.setattr(offsets, "SHORT_SEARCH", short)
    query = {"q": common_word, "fields": "id", "limit": 40}
    async with asyncio.timeout(20):
        while (await get(client, {**query, "offset": 200}))["total_is"] != "exact":
            pass
    monkeypatch.setattr(app.state.index_builder, "ask", lambda _: None)
    await connection.execute("UPDATE products SET stock = stock + 1 WHERE id = 1")
    page = await get(client, {**query, "offset": 200})
    walked = await walk(client, {**query, "limit": 100})
    assert page.get("offset_is") == expected
    assert [item["id"] for item in page["items"]] == walked[200:240]
