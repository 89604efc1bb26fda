"""Every list that people ask for is served from an index: no sort, no sequential scan, whatever the depth."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest

from catalogue.listing.building import page_statement
from catalogue.listing.declaration import Collection
from catalogue.listing.keyset import position_values
from catalogue.listing.request import parse_request
from catalogue.listing.search_text import SearchText
from catalogue.orders.listing import ORDERS
from catalogue.products.listing import PRODUCTS
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

PRODUCT_SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
ORDER_SORTS = ("id", "reference", "eta_date", "etd_date", "created_at", "total", "priority", "kilos")
LISTS = [
    *((PRODUCTS, sort) for sort in PRODUCT_SORTS),
    *((PRODUCTS, f"{sort}&category=cameras") for sort in PRODUCT_SORTS),
    *((PRODUCTS, f"{sort}&brand={{brand}}") for sort in ("id", "price", "rating", "created_at")),
    (PRODUCTS, "-rating,price"),
    *((ORDERS, sort) for sort in ORDER_SORTS),
    *((ORDERS, f"created_at&{name}=3") for name in ("terminal_id", "truck_id", "trailer_id")),
    *((ORDERS, f"{sort}&status=in_transit") for sort in ("created_at", "eta_date")),
    (ORDERS, "created_at&service=express"),
    (ORDERS, "created_at&priority=urgent"),
]
CASES = [
    (collection, f"sort={sign}{asked}")
    for collection, asked in LISTS
    for sign in ("", "-")
    if "," not in asked
]
CASES.append((PRODUCTS, "sort=-rating,price"))


@pytest.fixture(scope="module")
def large_shop(
    clone: Callable[[str], str], migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    url = clone(migrated_template)
    data_dir: Path = tmp_path_factory.mktemp("large-shop")
    seed(url, products=30_000, orders=15_000, data_dir=data_dir, progress=SilentProgress())
    return url


@pytest.fixture
async def connection(large_shop: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(large_shop)
    yield opened
    await opened.close()


@pytest.mark.parametrize(("collection", "query"), CASES, ids=[query for _, query in CASES])
async def test_list_needs_no_sort_and_no_sequential_scan(
    connection: asyncpg.Connection, collection: Collection, query: str
) -> None:
    brand = await connection.fetchval("SELECT slug FROM brands ORDER BY slug LIMIT 1")
    query = query.format(brand=brand)
    first = await _plan(connection, collection, query)
    assert not _nodes(first, collection) & {"Sort", "Incremental Sort", "Seq Scan"}, first
    total = await connection.fetchval(f"SELECT count(*) FROM {collection.name}")  # noqa: S608
    deep = await _plan(connection, collection, f"{query}&offset={total // 40}")
    assert not _nodes(deep, collection) & {"Sort", "Incremental Sort", "Seq Scan"}, deep


@pytest.mark.parametrize(("collection", "query"), CASES, ids=[query for _, query in CASES])
async def test_page_after_a_row_seeks_into_an_index(
    connection: asyncpg.Connection, collection: Collection, query: str
) -> None:
    brand = await connection.fetchval("SELECT slug FROM brands ORDER BY slug LIMIT 1")
    request = parse_request(collection, f"{query.format(brand=brand)}&offset=2".encode())
    here = page_statement(request, "offset")
    rows = await connection.fetch(here.sql, *here.arguments({**request.bound_values, "offset": 2}))
    values = {**request.bound_values, **position_values(tuple(rows[0])[1 : 1 + len(request.sort)])}
    statement = page_statement(request, "after")
    plan = await _explain(connection, statement.sql, statement.arguments(values))
    assert "Seq Scan" not in _nodes(plan, collection), plan
    scans = [node for node in _walk(plan) if node.get("Relation Name") == collection.name]
    assert all("Index Cond" in node for node in scans), plan


async def test_search_of_a_common_word_walks_the_order_and_one_of_a_rare_word_the_words(
    connection: asyncpg.Connection,
) -> None:
    asked = parse_request(PRODUCTS, b"q=zenith")
    indexes = {}
    for common in (False, True):
        request = asked.searching(SearchText("zenith", "'zenith'", common=common))
        statement = page_statement(request, "start")
        plan = await _explain(connection, statement.sql, statement.arguments(request.bound_values))
        assert "Seq Scan" not in _nodes(plan, PRODUCTS), plan
        indexes[common] = {node["Index Name"] for node in _walk(plan) if "Index Name" in node}
    assert "ix_products_search" in indexes[False]
    assert "ix_products_review_count_id" in indexes[True]
    assert "ix_products_search" not in indexes[True]


async def test_deep_offset_reads_the_index_and_fetches_only_the_page(
    connection: asyncpg.Connection,
) -> None:
    plan = await _plan(connection, PRODUCTS, "sort=price&offset=29000")
    of_products = [node for node in _walk(plan) if node.get("Relation Name") == "products"]
    scans = [node for node in of_products if node["Node Type"] == "Index Only Scan"]
    assert [scan["Heap Fetches"] for scan in scans] == [0], plan
    fetches = [node for node in of_products if node["Node Type"] == "Index Scan"]
    fetches = [node for node in fetches if node["Relation Name"] == "products"]
    assert sum(node["Actual Loops"] for node in fetches) <= 51, plan


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("query", ["price", "rating", "price&category=cameras", "price&in_stock=true"])
async def test_walk_from_a_landmark_seeks_to_it_and_reads_no_more_than_it_skips(
    connection: asyncpg.Connection, query: str, sign: str, *, backward: bool
) -> None:
    request = parse_request(PRODUCTS, f"sort={sign}{query}".encode())
    statement = page_statement(request, "landmark", reverse=backward)
    values = {**request.bound_values, "key_0": 25 if "price" in query else 3, "offset": 40}
    plan = await _explain(connection, statement.sql, statement.arguments(values))
    assert not _nodes(plan, PRODUCTS) & {"Sort", "Incremental Sort", "Seq Scan"}, plan
    scans = [node for node in _walk(plan) if node.get("Relation Name") == "products"]
    assert all("Index Cond" in node for node in scans), plan
    assert max(node["Actual Rows"] for node in scans) <= 40 + request.limit + 1, plan


@pytest.mark.parametrize(("collection", "query"), CASES, ids=[query for _, query in CASES])
async def test_walk_from_the_end_reads_an_index_backwards(
    connection: asyncpg.Connection, collection: Collection, query: str
) -> None:
    brand = await connection.fetchval("SELECT slug FROM brands ORDER BY slug LIMIT 1")
    request = parse_request(collection, query.format(brand=brand).encode())
    statement = page_statement(request, "offset", reverse=True)
    plan = await _explain(
        connection, statement.sql, statement.arguments({**request.bound_values, "offset": 40})
    )
    assert not _nodes(plan, collection) & {"Sort", "Incremental Sort", "Seq Scan"}, plan


async def _plan(connection: asyncpg.Connection, collection: Collection, query: str) -> dict[str, Any]:
    request = parse_request(collection, query.encode())
    statement = page_statement(request, "offset" if request.offset else "start")
    values = {**request.bound_values, "offset": request.offset}
    return await _explain(connection, statement.sql, statement.arguments(values))


async def _explain(connection: asyncpg.Connection, sql: str, arguments: list[object]) -> dict[str, Any]:
    text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
    plan: dict[str, Any] = orjson.loads(text)[0]["Plan"]
    return plan


def _walk(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _walk(child)


def _nodes(plan: dict[str, Any], collection: Collection) -> set[str]:
    """Kinds of node, leaving out looks at other tables: the epoch's are so small that they are read whole."""
    return {
        node["Node Type"]
        for node in _walk(plan)
        if node.get("Relation Name", collection.name) == collection.name
    }
