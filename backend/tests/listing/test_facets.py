"""Facets over HTTP against GROUP BY: whatever the filters, also while rows come and go, and bounded where they are many."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.listing import facets_labels
from catalogue.orders import statistics as order_statistics
from catalogue.products import statistics as product_statistics
from catalogue.products.listing import PRODUCTS
from tests.listing.tied_shop import FILTERS, ROWS, Shop, ids, sorts, walks

pytestmark = pytest.mark.anyio

OWN_FILTERS = {
    "category": ("category",),
    "brand": ("brand",),
    "in_stock": ("in_stock",),
    "rating": ("min_rating",),
    "price": ("min_price", "max_price"),
}
VALUE_COLUMNS = {"category": "category", "brand": "brand", "in_stock": "stock > 0"}
EDGES = {name: [float(edge) for edge in PRODUCTS.facet_by_name[name].edges] for name in ("rating", "price")}
EVERY_FACET = ",".join(OWN_FILTERS)
CHOICES = {
    **{name: texts for name, (_, texts) in FILTERS.items()},
    "min_price": ("0", "5", "10", "10.01", "24.995", "17.3"),
    "max_price": ("0", "9.99", "10", "24.99", "25", "24.995", "17.3"),
    "min_rating": ("0", "1", "2", "3.5", "4.5", "1.7", "5"),
}
chosen = st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in CHOICES.items()})
asked = st.lists(st.sampled_from(list(OWN_FILTERS)), min_size=1, unique=True)


async def grouped(shop: Shop, name: str, filters: dict[str, str]) -> dict[object, int]:
    """A facet's counts as SQL has them, by value or by the beginning of the range."""
    others = {key: text for key, text in filters.items() if key not in OWN_FILTERS[name]}
    where = " AND ".join(FILTERS[key][0].format(text) for key, text in others.items()) or "true"
    rows = await shop.connection.fetch(
        f"SELECT {VALUE_COLUMNS.get(name, name)} AS value, count(*) FROM products WHERE {where} GROUP BY 1"  # noqa: S608
    )
    counts: dict[object, int] = {}
    for value, count in rows:
        key = max(edge for edge in EDGES[name] if edge <= value) if name in EDGES else value
        counts[key] = counts.get(key, 0) + count
    return counts


def shown(page: dict[str, Any], name: str) -> dict[object, int]:
    """A facet's counts as the API has them, without values that are only there because they were chosen."""
    return {
        value.get("value", value.get("from")): value["count"]
        for value in page["facets"][name]
        if value["count"]
    }


@settings(walks, max_examples=150)
@given(filters=chosen, names=asked, sort=sorts)
async def test_facets_and_total_equal_group_by(
    small_shop: Shop, filters: dict[str, str], names: list[str], sort: list[str]
) -> None:
    page = await small_shop.page(filters, sort, facets=",".join(names), limit=20)
    expected = await small_shop.expected(filters, sort)
    assert ids(page) == expected[:20]
    assert page["facets_are"] == "exact"
    assert (page["total"], page["total_is"]) == (len(expected), "exact")
    assert set(page["facets"]) == set(names)
    for name in names:
        assert shown(page, name) == await grouped(small_shop, name, filters), name


@pytest.mark.parametrize(
    "position", [{}, {"offset": "37"}, {"offset": "100000"}, {"page": "2", "count": "none"}]
)
async def test_facets_come_with_every_page_of_a_list(small_shop: Shop, position: dict[str, str]) -> None:
    page = await small_shop.page({"brand": "acme"}, ["-price"], facets="category", limit=10, **position)
    assert shown(page, "category") == await grouped(small_shop, "category", {"brand": "acme"})
    following = await small_shop.page({"brand": "acme"}, ["-price"], limit=10)
    page = await small_shop.page(
        {"brand": "acme"}, ["-price"], facets="category", limit=10, cursor=following["next"]
    )
    assert shown(page, "category") == await grouped(small_shop, "category", {"brand": "acme"})


async def test_items_total_and_facets_are_of_one_moment(small_shop: Shop) -> None:
    async def write() -> None:
        for number in range(40):
            await small_shop.connection.execute(ROWS.format(1 + number % 4))
            await small_shop.connection.execute("DELETE FROM products WHERE id % 11 = $1", number % 11)
            if number % 10 == 0:
                await small_shop.connection.execute("SELECT catalogue_fold_cells('products')")

    await small_shop.fill(90)
    writing = asyncio.create_task(write())
    for filters in ({}, {"created_from": "2026-01-02"}) * 100:
        page = await small_shop.page(filters, ["-price"], facets=EVERY_FACET, limit=200)
        for name in OWN_FILTERS:
            assert sum(shown(page, name).values()) == len(page["items"]) == page["total"], name
        if writing.done():
            break
    await writing


async def test_values_have_labels_and_say_whether_they_were_chosen(small_shop: Shop) -> None:
    page = await small_shop.page({"brand": "acme", "category": "cameras"}, ["id"], facets="brand,in_stock")
    assert [
        (value["value"], value["label"], value["selected"])
        for value in sorted(page["facets"]["brand"], key=lambda value: str(value["value"]))
    ] == [("acme", "Acme", True), ("orbit", "Orbit", False), ("zenith", "Zenith", False)]
    assert [(value["value"], value["label"]) for value in page["facets"]["in_stock"]] == [
        (True, "In stock"),
        (False, "Out of stock"),
    ]


async def test_most_frequent_value_comes_first(small_shop: Shop) -> None:
    page = await small_shop.page({"min_rating": "1"}, ["id"], facets="brand")
    counts = [value["count"] for value in page["facets"]["brand"]]
    assert counts == sorted(counts, reverse=True)


async def test_chosen_value_without_rows_stays_and_others_go(small_shop: Shop) -> None:
    await small_shop.connection.execute("DELETE FROM products WHERE brand = 'acme'")
    page = await small_shop.page({"brand": "acme"}, ["id"], facets="brand,category")
    [acme] = [value for value in page["facets"]["brand"] if value["value"] == "acme"]
    assert acme == {"value": "acme", "label": "Acme", "count": 0, "selected": True}
    assert page["facets"]["category"] == []
    page = await small_shop.page({}, ["id"], facets="brand")
    assert {value["value"] for value in page["facets"]["brand"]} == {"orbit", "zenith"}


async def test_label_of_a_new_category_is_there_at_once(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets_labels, "PAUSE_S", 0.0)
    await small_shop.page({}, ["id"], facets="category")
    await small_shop.connection.execute(
        "INSERT INTO categories (slug, label) VALUES ('films', 'Films & Paper') ON CONFLICT DO NOTHING"
    )
    await small_shop.connection.execute("UPDATE products SET category = 'films' WHERE id % 2 = 0")
    page = await small_shop.page({}, ["id"], facets="category")
    assert {value["label"] for value in page["facets"]["category"]} >= {"Films & Paper"}


async def test_ranges_follow_each_other_and_the_last_has_no_end(small_shop: Shop) -> None:
    await small_shop.connection.execute(
        "UPDATE products SET price = (ARRAY[1, 7, 12, 30, 70, 120, 300, 700, 1200, 3000, 9000])[1 + id % 11]"
    )
    page = await small_shop.page({}, ["id"], facets="price,rating")
    prices = page["facets"]["price"]
    assert [list(found) for found in prices] == [["from", "to", "count"]] * len(prices)
    assert all(lower["to"] == upper["from"] for lower, upper in pairwise(prices))
    assert (prices[0]["from"], prices[-1]["from"], prices[-1]["to"]) == (0, 5000, None)
    assert page["facets"]["rating"][-1]["to"] is None


async def test_unknown_facet_is_refused(small_shop: Shop) -> None:
    for text in ("colour", "category,", ""):
        answer = await small_shop.client.get("/products", params={"facets": text})
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query.facets")
    assert (await small_shop.client.get("/drivers?facets=name")).status_code == 422
    assert (await small_shop.client.get("/products/export?format=csv&facets=brand")).status_code == 422


async def test_facets_are_left_out_unless_asked_for(small_shop: Shop) -> None:
    assert not {"facets", "facets_are"} & set(await small_shop.page({}, ["id"]))


async def test_many_matching_rows_are_estimated_from_a_sample(small_shop: Shop) -> None:
    await small_shop.fill(12_000)
    await small_shop.connection.execute("ANALYZE products")
    filters = {"created_from": "2026-01-02T00:00:00Z", "category": "cameras", "max_price": "20.01"}
    page = await small_shop.page(filters, ["id"], facets=EVERY_FACET)
    assert page["facets_are"] == "estimate"
    for name in OWN_FILTERS:
        expected, found = await grouped(small_shop, name, filters), shown(page, name)
        for value, count in expected.items():
            if count > 500:
                assert count * 0.6 <= found[value] <= count * 1.4, (name, value)


async def test_search_counts_its_matches(small_shop: Shop) -> None:
    page = (await small_shop.client.get("/products?q=ant&brand=acme&facets=brand,category")).json()
    rows = await small_shop.connection.fetch(
        "SELECT brand, count(*) FROM products WHERE lower(name) = 'ant' GROUP BY 1"
    )
    assert page["facets_are"] == "exact"
    assert shown(page, "brand") == dict(map(tuple, rows))


@pytest.fixture
async def sql(shop: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(shop)
    yield connection
    await connection.close()


@pytest.mark.parametrize("others", ["", "truck_id=3&"])
async def test_facets_of_orders_equal_group_by(
    client: httpx.AsyncClient, sql: asyncpg.Connection, others: str
) -> None:
    query = f"/orders?{others}status=confirmed&facets=status,service,priority,terminal&limit=1"
    page = (await client.get(query)).json()
    where = "truck_id = 3" if others else "true"
    for name, column in {"service": "service", "priority": "priority", "terminal": "terminal_id"}.items():
        rows = await sql.fetch(
            f"SELECT {column}, count(*) FROM orders WHERE {where} AND status = 'confirmed' GROUP BY 1"  # noqa: S608
        )
        assert shown(page, name) == dict(map(tuple, rows)), name
    rows = await sql.fetch(f"SELECT status, count(*) FROM orders WHERE {where} GROUP BY 1")  # noqa: S608
    assert shown(page, "status") == dict(map(tuple, rows))
    names = dict(map(tuple, await sql.fetch("SELECT id, name FROM terminals")))
    assert all(value["label"] == names[value["value"]] for value in page["facets"]["terminal"])
    assert {value["label"] for value in page["facets"]["status"]} >= {"In transit", "Delivered"}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("products", ""),
        ("products", "category=cameras"),
        ("products", "in_stock=true&min_price=10&max_price=250"),
        ("products", "min_rating=4&brand=acme&brand=zenith"),
        ("orders", ""),
        ("orders", "status=delivered&service=express"),
        ("orders", "priority=high&priority=urgent"),
    ],
)
async def test_statistics_from_cells_equal_those_from_the_rows(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, query: str
) -> None:
    module = {"products": product_statistics, "orders": order_statistics}[path]
    answers = []
    for few_rows in (0, 10**9):
        monkeypatch.setattr(module, "FEW_ROWS", few_rows)
        answers.append(json.loads((await client.get(f"/{path}/stats?{query}")).text, parse_float=str))
    assert answers[0] == answers[1]
    assert answers[0]["count"] > 1
