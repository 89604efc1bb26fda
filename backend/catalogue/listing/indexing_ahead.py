"""List indexes of plain lists, made before somebody asks: so the first jump into a large table is exact, and a seek."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial

from catalogue.background import beside
from catalogue.errors import CatalogueError
from catalogue.listing.compiling import plain_lists
from catalogue.listing.declaration import Collection
from catalogue.listing.offsets import SHORT_WALK, OffsetReader

ATTEMPTS = 3
"""What another worker is making cannot be taken from it before it is there."""

WAIT_S = 1.0


def indexed_ahead(
    collections: Iterable[Collection], offsets: OffsetReader
) -> AbstractAsyncContextManager[None]:
    """Have them made in the background, where a table has so many rows that walking takes longer."""
    return beside(partial(_index, tuple(collections), offsets))


async def _index(collections: Iterable[Collection], offsets: OffsetReader) -> None:
    large = [listed for listed in collections if await _rows(listed, offsets) > SHORT_WALK]
    wanted = list(plain_lists(large))
    for _ in range(ATTEMPTS):
        await offsets.indexes.make(wanted)
        await asyncio.sleep(WAIT_S)


async def _rows(collection: Collection, offsets: OffsetReader) -> int:
    """As many as the cells count; 0 where nothing does, or nothing can be read."""
    if collection.summary is None:
        return 0
    try:
        view = await offsets.counts.moment(collection.summary)
    except CatalogueError:
        return 0
    return 0 if view is None else view.counter.total({})
