"""Building the SQL of plain lists before somebody asks: a shape's first statement takes milliseconds to build."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from urllib.parse import urlencode

from catalogue.background import beside
from catalogue.listing.building import page_statement
from catalogue.listing.declaration import Collection
from catalogue.listing.list_request import ListRequest
from catalogue.listing.request import parse_request
from catalogue.listing.route import Placement

_SHAPES: tuple[tuple[Placement, bool], ...] = (
    ("start", False),
    ("start", True),
    ("after", False),
    ("after", True),
    ("anchor", False),
    ("anchor", True),
    ("offset", False),
    ("offset", True),
)


def compiled_ahead(collections: Iterable[Collection]) -> AbstractAsyncContextManager[None]:
    """Build statements in the background, one after the other, as long as the context lasts."""
    return beside(partial(_compile, tuple(collections)))


async def _compile(collections: Iterable[Collection]) -> None:
    for request in plain_lists(collections):
        for placement, reverse in _SHAPES:
            page_statement(request, placement, reverse=reverse)
            await asyncio.sleep(0)


def plain_lists(collections: Iterable[Collection]) -> Iterator[ListRequest]:
    """Each collection by each of its sorts, unfiltered; downwards they have the same statements."""
    for collection in collections:
        for sort in collection.sorts:
            if sort.needs is None:
                yield parse_request(collection, urlencode({"sort": sort.name}).encode())
