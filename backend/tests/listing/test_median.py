"""The median of prices: exact by a bounded walk, near and said to be so in a large list, exact again with its index."""

import asyncio
import json
from statistics import median
from typing import Any

import pytest

from catalogue.products import statistics as product_statistics
from tests.listing.tied_shop import Shop

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_703
FILTERS: tuple[dict[str, str], ...] = ({}, {"category": "lenses"}, {"min_price": "10", "in_stock": "true"})


@pytest.fixture(autouse=True)
def _looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product_statistics, "FEW_ROWS", 0)


async def prices(shop: Shop, filters: dict[str, str]) -> dict[str, Any]:
    answer = await shop.client.get("/products/stats", params=filters)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)["price"]
    return found


async def true_prices(shop: Shop, filters: dict[str, str]) -> list[float]:
    rows = await shop.connection.fetch("SELECT id, price FROM products")
    by_id = {row["id"]: float(row["price"]) for row in rows}
    return [by_id[number] for number in await shop.expected(filters, ["price"])]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("rows", [ROW_COUNT, ROW_COUNT + 1])
async def test_median_equals_sql(small_shop: Shop, filters: dict[str, str], rows: int) -> None:
    await small_shop.fill(rows)
    true = await true_prices(small_shop, filters)
    for _ in range(2):  # first from the rows, which brings the cells up to date, then from the cells
        found = await prices(small_shop, filters)
    assert found["median"] == pytest.approx(median(true), abs=0.0051)
    assert (found["min"], found["max"]) == (true[0], true[-1])
    assert "median_is" not in found


@pytest.mark.parametrize("filters", FILTERS)
async def test_median_of_a_large_list_is_near_until_its_index_is_there(
    small_shop: Shop, far: None, filters: dict[str, str]
) -> None:
    await small_shop.fill(ROW_COUNT)
    await small_shop.connection.execute("ANALYZE products")
    true = await true_prices(small_shop, filters)
    await prices(small_shop, filters)
    found = await prices(small_shop, filters)
    assert found["median_is"] == "estimate"
    assert true[len(true) // 4] <= found["median"] <= true[len(true) * 3 // 4]
    async with asyncio.timeout(10):
        while "median_is" in found:
            found = await prices(small_shop, filters)
    assert found["median"] == pytest.approx(median(true), abs=0.0051)
