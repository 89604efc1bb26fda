"""Statements of plain lists are there before somebody asks."""

import asyncio

import pytest

from catalogue.fleet.routes import COLLECTIONS
from catalogue.listing import building
from catalogue.listing.compiling import compiled_ahead
from catalogue.listing.request import parse_request

pytestmark = pytest.mark.anyio


async def test_plain_lists_are_compiled_while_the_context_lasts() -> None:
    building._page_statement.cache_clear()
    shapes = 8 * sum(len(collection.sorts) for collection in COLLECTIONS)
    async with compiled_ahead(COLLECTIONS), asyncio.timeout(20):
        while building._page_statement.cache_info().currsize < shapes:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
    misses = building._page_statement.cache_info().misses
    building.page_statement(parse_request(COLLECTIONS[-1], b"sort=-id"), "anchor")
    assert building._page_statement.cache_info().misses == misses


async def test_context_that_ends_stops_the_compiling() -> None:
    building._page_statement.cache_clear()
    async with compiled_ahead(COLLECTIONS):
        pass
    built = building._page_statement.cache_info().currsize
    await asyncio.sleep(0)
    assert building._page_statement.cache_info().currsize == built
