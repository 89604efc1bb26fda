"""A shop of two categories and two brands, and feeds that follow it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from catalogue.changes.feed import ChangeFeed

SHOP = """
INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras'), ('lenses', 'Lenses');
INSERT INTO brands (slug, label) VALUES ('acme', 'Acme'), ('zenith', 'Zenith');
INSERT INTO products (sku, name, category, brand, price, currency, stock)
SELECT 'S' || i, 'thing', (ARRAY['cameras', 'lenses'])[1 + i % 2], 'acme', i, 'EUR', 5 FROM generate_series(1, 10) AS i;
INSERT INTO terminals (name, account_code, city, country) VALUES ('North', 'N1', 'Oslo', 'NO');
INSERT INTO orders (reference, service, terminal_id, customer_name, currency) VALUES ('R1', 'express', 1, 'Ada', 'EUR');
"""


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the test's own database, with the shop in it."""
    connected = await asyncpg.connect(database)
    await connected.execute(SHOP)
    yield connected
    await connected.close()


@pytest.fixture
async def feed(database: str, connection: asyncpg.Connection) -> AsyncIterator[ChangeFeed]:
    """A feed that follows the test's database."""
    followed = ChangeFeed(database)
    async with followed.running():
        yield followed
