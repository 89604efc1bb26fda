"""The list indexes of large tables are there before somebody asks, in every worker."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.listing import indexing_ahead
from catalogue.listing.compiling import plain_lists
from catalogue.listing.indexing_ahead import indexed_ahead
from catalogue.listing.list_request import ListRequest
from catalogue.products.listing import PRODUCTS
from catalogue.settings import Settings
from tests.conftest import running
from tests.listing.tied_shop import Shop, ids

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700
PLAIN = list(plain_lists([PRODUCTS]))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing_ahead, "WAIT_S", 0.05)
    monkeypatch.setattr(indexing_ahead, "SHORT_WALK", ROW_COUNT - 1)


def missing(app: FastAPI) -> Sequence[ListRequest]:
    indexes = app.state.lists.pages.offsets.indexes
    return [request for request in PLAIN if indexes.local(request) is None]


async def test_first_jump_into_a_large_table_is_exact_in_every_worker(
    small_shop: Shop, far: None, tied_database: str, settings_for: Callable[..., Settings]
) -> None:
    await small_shop.fill(ROW_COUNT)
    await small_shop.connection.execute("SELECT catalogue_fold_cells('products')")
    another = create_app(settings_for(tied_database, CACHE="off"))
    async with running(another), asyncio.timeout(20):
        offsets = small_shop.app.state.lists.pages.offsets
        async with indexed_ahead([PRODUCTS], offsets):
            while missing(small_shop.app) or missing(another):
                await small_shop.page({}, ["name"], limit=1)
    for sort in ("price", "-name"):
        page = await small_shop.page({}, [sort], offset=1_200, limit=10)
        assert "offset_is" not in page
        assert ids(page) == (await small_shop.expected({}, [sort]))[1_200:1_210]


async def test_table_that_is_walked_as_fast_needs_none(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT - 1)
    await asyncio.wait_for(indexing_ahead._index([PRODUCTS], small_shop.app.state.lists.pages.offsets), 10)
    assert missing(small_shop.app) == PLAIN
