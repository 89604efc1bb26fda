"""The keys of a list index: sought one after the other where an index has the list's order, numbered elsewhere."""

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.db.statements import compile_statement
from catalogue.listing import anchors
from catalogue.listing.list_index import STRIDE
from catalogue.listing.request import parse_request
from catalogue.orders.listing import ORDERS
from catalogue.products.listing import PRODUCTS
from tests.listing.tied_shop import SORTS, Shop, walks

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700


async def keys(connection: asyncpg.Connection, query: str, *, numbered: bool) -> list[tuple[object, ...]]:
    request = parse_request(PRODUCTS, query.encode())
    make = anchors._numbered if numbered else anchors._sought
    statement = compile_statement(make(PRODUCTS, request.filter_shape, request.sort))
    rows = await connection.fetch(statement.sql, *statement.arguments(request.bound_values))
    return [tuple(row) for row in rows]


@walks
@given(
    sort=st.lists(st.sampled_from(SORTS), min_size=1, max_size=3, unique=True),
    filters=st.sampled_from(["", "&category=lenses", "&brand=acme", "&category=none"]),
)
async def test_both_ways_find_the_same_keys(small_shop: Shop, sort: list[str], filters: str) -> None:
    if await small_shop.connection.fetchval("SELECT count(*) FROM products") != ROW_COUNT:
        await small_shop.fill(ROW_COUNT)
    query = f"sort={','.join(sort)}{filters}"
    sought = await keys(small_shop.connection, query, numbered=False)
    assert sought == await keys(small_shop.connection, query, numbered=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=price", True),
        ("sort=id&category=lenses", True),
        ("sort=price&brand=acme", True),
        ("sort=-price", False),
        ("sort=name&brand=acme", False),
        ("sort=price,name", False),
        ("sort=price&category=lenses&brand=acme", False),
        ("sort=price&category=lenses&category=cameras", False),
        ("sort=price&min_price=5", False),
        ("sort=price&q=lens", False),
        ("sort=relevance&q=lens", False),
    ],
)
def test_order_of_an_index_is_known(query: str, *, expected: bool) -> None:
    request = parse_request(PRODUCTS, query.encode())
    assert anchors.has_index(PRODUCTS, request.filter_shape, request.sort) is expected


def test_index_of_an_expression_is_not_taken_for_one_of_columns() -> None:
    request = parse_request(ORDERS, b"sort=eta_date")
    assert not anchors.has_index(ORDERS, request.filter_shape, request.sort)


@pytest.mark.parametrize("query", ["sort=price", "sort=name&category=lenses", "sort=created_at&brand=acme"])
async def test_each_key_is_sought_in_the_index_alone(small_shop: Shop, query: str) -> None:
    await small_shop.fill(20_000)
    await small_shop.connection.execute("VACUUM (ANALYZE) products")
    request = parse_request(PRODUCTS, query.encode())
    statement = anchors.anchors_statement(request)
    plan = await small_shop.connection.fetch(
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement.sql}",
        *statement.arguments(request.bound_values),
    )
    lines = [row[0] for row in plan]
    scans = [line for line in lines if "Scan" in line and " on products" in line]
    assert scans
    assert all("Index Only Scan" in line for line in scans), "\n".join(lines)
    assert not any("Sort Key: products" in line for line in lines)
    [sought] = [line for line in scans if "rows=1.00" not in line]
    assert float(sought.partition("rows=")[2].split()[0]) <= STRIDE
