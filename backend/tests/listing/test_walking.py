"""Pages against `ORDER BY`: whatever the filters and the sort, also while rows come and go."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.listing.tied_shop import ROWS, Shop, filters, ids, sorts, walks

pytestmark = pytest.mark.anyio


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60))
async def test_next_visits_every_row_once_in_order(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int
) -> None:
    pages = await small_shop.walk(filters, sort, limit)
    assert [row for page in pages for row in page] == await small_shop.expected(filters, sort)
    assert all(len(page) == limit for page in pages[:-1])


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60), offset=st.integers(0, 260))
async def test_offset_shows_the_rows_at_that_number(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int, offset: int
) -> None:
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, limit=limit, offset=offset, count="exact")
    assert ids(page) == expected[offset : offset + limit]
    assert (page["total"], page["total_is"], page["offset"]) == (len(expected), "exact", offset)


@walks
@given(filters=filters, sort=sorts, limit=st.integers(1, 60), offset=st.integers(0, 239))
async def test_prev_leads_back_to_the_first_row(
    small_shop: Shop, filters: dict[str, str], sort: list[str], limit: int, offset: int
) -> None:
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, limit=limit, offset=offset)
    collected = ids(page)
    while page["prev"] is not None:
        page = await small_shop.page(filters, sort, limit=limit, cursor=page["prev"])
        collected = ids(page) + collected
        assert page["offset"] == expected.index(collected[0])
    assert collected == (expected[: offset + limit] if offset < len(expected) else [])


@settings(walks, max_examples=25)
@given(sort=sorts, limit=st.integers(5, 40), seed=st.integers(0, 2**32))
async def test_rows_that_stay_are_visited_once_while_others_come_and_go(
    small_shop: Shop, sort: list[str], limit: int, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - chooses rows, not keys
    await small_shop.fill()
    before = set(await small_shop.expected({}, sort))
    removed: set[int] = set()
    page = await small_shop.page({}, sort, limit=limit)
    seen = ids(page)
    while page["next"] is not None:
        doomed = random.sample(sorted(before - removed), 3)
        removed.update(doomed)
        await small_shop.connection.execute("DELETE FROM products WHERE id = ANY($1)", doomed)
        await small_shop.connection.execute(ROWS.format(2))
        page = await small_shop.page({}, sort, limit=limit, cursor=page["next"])
        seen += ids(page)
    assert len(seen) == len(set(seen))
    assert before - removed <= set(seen)
