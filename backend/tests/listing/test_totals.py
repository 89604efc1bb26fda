"""Totals: what is called exact is the truth of some moment of the request, whatever is written meanwhile."""

import asyncio
from random import Random

import pytest

from catalogue.errors import Unavailable
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.request import parse_request
from catalogue.listing.totals import Proof
from catalogue.products.listing import PRODUCTS
from tests.listing.tied_shop import ROWS, Shop

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700
LISTS: tuple[dict[str, str], ...] = ({}, {"category": "cameras"}, {"min_price": "10", "brand": "acme"})
POSITIONS: tuple[dict[str, object], ...] = (
    {},
    {"offset": 30},
    {"offset": 400, "limit": 200},
    {"offset": 560, "limit": 200},
    {"offset": 10_000},
    {"count": "exact"},
)


async def true_totals(shop: Shop) -> list[int]:
    return [len(await shop.expected(filters, ["price"])) for filters in LISTS]


async def write(shop: Shop, history: list[list[int]], random: Random) -> None:
    for number in range(60):
        removal = f"DELETE FROM products WHERE id % 97 = {number}"  # noqa: S608
        statement = random.choice((ROWS.format(1 + number % 5), removal))
        await shop.connection.execute(statement)
        if number % 20 == 10:
            await shop.connection.execute("SELECT catalogue_fold_cells('products')")
        history.append(await true_totals(shop))


async def test_every_exact_total_is_the_truth_while_rows_come_and_go(small_shop: Shop) -> None:
    random = Random(4)  # noqa: S311 - chooses statements, not keys
    await small_shop.fill(ROW_COUNT)
    history = [await true_totals(small_shop)]
    writing = asyncio.create_task(write(small_shop, history, random))
    seen: list[tuple[int, int, int, int]] = []
    while not writing.done():
        number = random.randrange(len(LISTS))
        before = len(history) - 1
        page = await small_shop.page(LISTS[number], ["price"], **random.choice(POSITIONS))
        if page["total_is"] == "exact":
            seen.append((number, before, len(history), page["total"]))
    await writing
    assert len(seen) > 20
    for number, before, after, total in seen:
        assert total in [totals[number] for totals in history[before : after + 1]]


async def test_total_of_a_list_that_cells_can_tell_is_exact_at_once(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    for filters in LISTS:
        page = await small_shop.page(filters, ["-rating"], limit=5)
        expected = await small_shop.expected(filters, ["-rating"])
        assert (page["total"], page["total_is"]) == (len(expected), "exact")


async def test_total_of_a_moment_that_has_passed_is_an_estimate_near_the_newest_count(
    small_shop: Shop,
) -> None:
    await small_shop.fill(ROW_COUNT)
    totals = small_shop.app.state.lists.pages.totals
    proof = Proof(exact=None, at_least=1, epoch="0.0")
    total = await totals.total(parse_request(PRODUCTS, b""), proof)
    assert (total.value, total.precision) == (ROW_COUNT, "estimate")


async def test_cells_that_cannot_be_read_make_a_total_an_estimate(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable

    await small_shop.fill(ROW_COUNT)
    monkeypatch.setattr(CellCounts, "moment", fail)
    page = await small_shop.page({}, ["price"], limit=5)
    assert page["total_is"] == "estimate"
