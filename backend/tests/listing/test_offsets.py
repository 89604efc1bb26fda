"""Rows by number before there is a list index: exact from a landmark, near by statistics, never a row skipped or twice."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.listing.tied_shop import FILTERS, Shop, ids, sorts, walks

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700
STEPS = 12
"""Rows of one value lie together, so a place by statistics may be off by a few of them."""

ON_EDGES = {
    **{name: FILTERS[name][1] for name in ("category", "brand", "in_stock", "min_rating")},
    "min_price": ("5", "10"),
    "max_price": ("9.99", "10", "25"),
}
by_cells = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, texts in ON_EDGES.items()}
)


async def filled(shop: Shop) -> None:
    if await shop.connection.fetchval("SELECT count(*) FROM products") != ROW_COUNT:
        await shop.fill(ROW_COUNT)
        await shop.connection.execute("ANALYZE products")


def position(page: dict[str, Any], expected: list[int]) -> int:
    """The true row number of a page that is a run of its list."""
    first = expected.index(ids(page)[0])
    assert ids(page) == expected[first : first + len(ids(page))]
    return first


@settings(walks, max_examples=120)
@given(filters=by_cells, sort=sorts, offset=st.integers(1, ROW_COUNT + 10), limit=st.integers(1, 60))
async def test_first_request_for_a_row_number_is_exact_where_a_landmark_is_near(
    small_shop: Shop, filters: dict[str, str], sort: list[str], offset: int, limit: int
) -> None:
    await filled(small_shop)
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, offset=offset, limit=limit)
    assert ids(page) == expected[offset : offset + limit]
    assert (page["total"], page["total_is"], page["offset"]) == (len(expected), "exact", offset)
    assert "offset_is" not in page
    assert (page["next"] is None) == (offset + limit >= len(expected))
    assert (page["prev"] is None) == (offset >= len(expected))


@settings(walks, max_examples=60)
@given(sort=sorts, offset=st.integers(1, ROW_COUNT - 1), limit=st.integers(1, 60))
async def test_far_row_of_a_new_list_is_answered_by_a_run_of_the_list(
    small_shop: Shop, far: None, sort: list[str], offset: int, limit: int
) -> None:
    await filled(small_shop)
    expected = await small_shop.expected({}, sort)
    page = await small_shop.page({}, sort, offset=offset, limit=limit)
    first = position(page, expected)
    if "offset_is" not in page:
        assert first == offset
    assert page["offset"] == offset
    assert (page["total"], page["total_is"]) == (ROW_COUNT, "exact")


@pytest.mark.parametrize("sort", ["id", "-id", "price", "-price,name", "created_at,-id"])
@pytest.mark.parametrize("offset", [20, 400, 850, 1_300, 1_690])
async def test_statistics_lead_near_the_row(small_shop: Shop, far: None, sort: str, offset: int) -> None:
    await filled(small_shop)
    keys = sort.split(",")
    expected = await small_shop.expected({}, keys)
    page = await small_shop.page({}, keys, offset=offset, limit=10)
    assert abs(position(page, expected) - offset) <= ROW_COUNT // STEPS


async def test_walk_from_a_row_that_is_near_reaches_both_ends(small_shop: Shop, far: None) -> None:
    await filled(small_shop)
    expected = await small_shop.expected({}, ["-created_at"])
    page = await small_shop.page({}, ["-created_at"], offset=800, limit=100)
    assert page["offset_is"] == "estimate"
    first, onward, back = position(page, expected), page, page
    after, before = ids(page), []
    while onward["next"] is not None:
        onward = await small_shop.page({}, ["-created_at"], cursor=onward["next"], limit=100)
        assert onward["offset"] is None
        after += ids(onward)
    while back["prev"] is not None:
        back = await small_shop.page({}, ["-created_at"], cursor=back["prev"], limit=100)
        before = ids(back) + before
    assert (before, after) == (expected[:first], expected[first:])
    assert back["offset"] == 0


async def test_row_that_was_near_is_exact_once_the_list_index_is_there(
    small_shop: Shop, far: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(small_shop)
    monkeypatch.setattr("catalogue.listing.totals.WORTH_AN_INDEX", 0)
    expected = await small_shop.expected({}, ["-name", "created_at"])
    page = await small_shop.page({}, ["-name", "created_at"], offset=800, limit=10)
    assert page["offset_is"] == "estimate"
    async with asyncio.timeout(10):
        while "offset_is" in page:
            page = await small_shop.page({}, ["-name", "created_at"], offset=800, limit=10)
    assert ids(page) == expected[800:810]


@pytest.mark.parametrize(
    "query", [{}, {"category": "lenses"}, {"facets": "brand"}, {"created_from": "2026-01-02"}]
)
@pytest.mark.parametrize("offset", [ROW_COUNT, ROW_COUNT + 1, 2**63 - 1])
async def test_offset_past_the_end_has_no_items_and_the_true_total(
    small_shop: Shop, far: None, query: dict[str, str], offset: int
) -> None:
    await filled(small_shop)
    filters = {name: text for name, text in query.items() if name != "facets"}
    sort = ["stock"]
    page = await small_shop.page(query, sort, offset=offset)
    assert page["items"] == []
    assert page["offset"] == offset
    assert (page["next"], page["prev"]) == (None, None)
    if page["total_is"] == "exact":
        expected = await small_shop.connection.fetchval(
            "SELECT count(*) FROM products WHERE category = coalesce($1, category)", filters.get("category")
        )
        assert page["total"] == expected


async def test_exact_count_means_an_exact_row_number(small_shop: Shop, far: None) -> None:
    await filled(small_shop)
    expected = await small_shop.expected({}, ["updated_at", "-price"])
    page = await small_shop.page({}, ["updated_at", "-price"], offset=901, limit=20, count="exact")
    assert ids(page) == expected[901:921]
    assert "offset_is" not in page


async def test_table_that_was_never_analysed_is_walked(small_shop: Shop, far: None) -> None:
    await small_shop.connection.execute("DELETE FROM pg_statistic WHERE starelid = 'products'::regclass")
    await small_shop.fill(ROW_COUNT)
    expected = await small_shop.expected({}, ["review_count"])
    page = await small_shop.page({}, ["review_count"], offset=900, limit=20)
    assert ids(page) == expected[900:920]
    assert "offset_is" not in page


async def test_index_is_made_also_where_no_total_is_wanted(small_shop: Shop, far: None) -> None:
    await filled(small_shop)
    expected = await small_shop.expected({}, ["-stock", "rating"])
    async with asyncio.timeout(10):
        while "offset_is" in (
            page := await small_shop.page({}, ["-stock", "rating"], offset=700, limit=10, count="none")
        ):
            pass
    assert ids(page) == expected[700:710]
