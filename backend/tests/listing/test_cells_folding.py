"""Folding in the background of a running application."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from catalogue.app import create_app
from catalogue.db.engines import write_engine
from catalogue.db.reading import ReadSession, read_pool
from catalogue.listing.cells_folding import CellFolder
from catalogue.listing.cells_reading import FOLD_WHEN_WAITING, CellCounts
from catalogue.orders.models import ORDER_CELLS
from catalogue.products.models import PRODUCT_CELLS
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

SHOP = """
INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras');
INSERT INTO brands (slug, label) SELECT 'brand-' || i, 'Brand' FROM generate_series(1, 300) AS i;
"""
PRODUCTS_OF_MANY_BRANDS = """
INSERT INTO products (sku, name, category, brand, price, currency)
SELECT 'S' || i, 'thing', 'cameras', 'brand-' || i, 1, 'EUR' FROM generate_series(1, 300) AS i
"""
BASE_VERSION = "SELECT base_version FROM cell_versions WHERE collection = 'products'"


async def test_reader_that_sees_many_deltas_has_them_folded(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(SHOP)
    async with running(create_app(settings_for(database, CACHE="off"))) as client:
        before = await connection.fetchval(BASE_VERSION)
        await connection.execute(PRODUCTS_OF_MANY_BRANDS)
        async with asyncio.timeout(20):
            while await connection.fetchval(BASE_VERSION) == before:
                page = (await client.get("/products?facets=brand&limit=1")).json()
                assert (page["total"], len(page["facets"]["brand"])) == (300, 300)
    await connection.close()


async def test_few_deltas_are_left_for_later(database: str, settings_for: Callable[..., Settings]) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(SHOP + PRODUCTS_OF_MANY_BRANDS)
    settings = settings_for(database).database
    engine = write_engine(settings)
    async with read_pool(settings) as pool:
        counts = CellCounts(ReadSession(pool, wait_s=1))
        folder = CellFolder(engine, counts, (PRODUCT_CELLS, ORDER_CELLS))
        assert await folder.fold(at_least=301) == 0
        assert await folder.fold(at_least=FOLD_WHEN_WAITING) == 300
        assert await folder.fold(at_least=1) == 0
    await engine.dispose()
    await connection.close()
