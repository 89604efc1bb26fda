"""One list index serves a list from both of its ends, fresh and stale."""

from typing import Any
from urllib.parse import urlencode

import pytest

from catalogue.listing.list_index import ListIndex
from catalogue.listing.list_request import ListRequest
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from tests.listing.tied_shop import Shop, ids

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700
LIMIT = 20
OFFSETS = (1, 700, 1_179, 1_180, 1_199, 1_200, 1_650, 1_679, 1_680, 1_699)

AFTER_THE_THIRD = "SELECT id FROM products ORDER BY price DESC, stock, id OFFSET 3 LIMIT 12"


async def fill(shop: Shop) -> None:
    """No fold moves the epoch afterwards."""
    await shop.fill(ROW_COUNT)
    await shop.connection.execute("SELECT catalogue_fold_cells('products')")


async def built(shop: Shop, sort: str, filters: dict[str, str]) -> None:
    query = urlencode({**filters, "sort": sort})
    index = await shop.app.state.index_builder.build(parse_request(PRODUCTS, query.encode()))
    assert isinstance(index, ListIndex)


def never(_request: ListRequest) -> None:
    """Nothing is made anew."""


async def rest(shop: Shop, filters: dict[str, str], page: dict[str, Any], way: str) -> list[int]:
    """What comes after a page, or before it, nearest first."""
    found: list[int] = []
    while page[way] is not None:
        page = await shop.page(filters, ["-price", "stock"], limit=200, cursor=page[way])
        found += ids(page) if way == "next" else reversed(ids(page))
    return found


@pytest.mark.parametrize("made", ["price,-stock", "-price,stock"])
async def test_fresh_index_of_either_end_makes_row_numbers_exact(
    small_shop: Shop, far: None, made: str
) -> None:
    await fill(small_shop)
    await built(small_shop, made, {})
    expected = await small_shop.expected({}, ["-price", "stock"])
    for offset in OFFSETS:
        page = await small_shop.page({}, ["-price", "stock"], offset=offset, limit=LIMIT)
        assert "offset_is" not in page
        assert ids(page) == expected[offset : offset + LIMIT]
        assert (page["next"] is None) == (offset + LIMIT >= ROW_COUNT)


@pytest.mark.parametrize("filters", [{}, {"created_from": "2026-01-02T00:00:00Z"}])
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM products WHERE price < 20",
        "DELETE FROM products WHERE price > 20 AND id % 5 > 0",
        "UPDATE products SET price = 0 WHERE id % 3 = 0",
        "UPDATE products SET price = 99 WHERE id % 3 = 0",
        "UPDATE products SET price = 0, stock = 50 WHERE id % 100 = 0",
        f"DELETE FROM products WHERE id IN ({AFTER_THE_THIRD})",  # noqa: S608 - a constant
    ],
)
async def test_stale_index_from_the_other_end_leaves_no_gap(
    small_shop: Shop, far: None, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str], change: str
) -> None:
    monkeypatch.setattr(small_shop.app.state.index_builder, "ask", never)
    await fill(small_shop)
    await built(small_shop, "price,-stock", filters)
    await small_shop.connection.execute(change)
    expected = await small_shop.expected(filters, ["-price", "stock"])
    near = 0
    ends = (len(expected) - LIMIT - 1, len(expected) - LIMIT, len(expected) - 1)
    for offset in (*(offset for offset in OFFSETS if offset < len(expected)), *ends):
        page = await small_shop.page(filters, ["-price", "stock"], offset=offset, limit=LIMIT)
        near += "offset_is" in page
        shown = ids(page)
        first = expected.index(shown[0])
        assert shown == expected[first : first + len(shown)]
        assert await rest(small_shop, filters, page, "next") == expected[first + len(shown) :]
        assert await rest(small_shop, filters, page, "prev") == expected[:first][::-1]
    assert near
