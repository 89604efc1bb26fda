"""A shop of the test's own with something of everything, and a client of the application on it."""

from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.embedded import EmbeddedPostgres
from catalogue.settings import Settings
from tests.conftest import database_name, execute, running

STOCK = """
INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras'), ('lenses', 'Lenses');
INSERT INTO brands (slug, label) VALUES ('acme', 'Acme'), ('zenith', 'Zenith');
INSERT INTO products (sku, name, category, brand, price, currency, stock) VALUES
  ('CAM-1', 'Pocket camera', 'cameras', 'acme', 249.95, 'EUR', 10),
  ('CAM-2', 'Studio camera', 'cameras', 'zenith', 1999.00, 'EUR', 10),
  ('LENS-1', 'Wide lens', 'lenses', 'acme', 450.50, 'EUR', 10),
  ('LENS-2', 'Imported lens', 'lenses', 'acme', 500.00, 'USD', 10);
INSERT INTO terminals (name, account_code, city, country) VALUES ('Rotterdam East', 'RTM-1', 'Rotterdam', 'NL');
INSERT INTO drivers (name, phone) VALUES ('Ada Visser', '+31 10 555 0142');
INSERT INTO trucks (license_plate) VALUES ('01-BX-JK');
INSERT INTO trailers (license_plate) VALUES ('OT-01-KL');
"""


@pytest.fixture
def product() -> dict[str, object]:
    """A body that makes a new product."""
    return {
        "sku": "CAM-9",
        "name": "New camera",
        "category": "cameras",
        "brand": "acme",
        "price": 12.5,
        "currency": "EUR",
    }


@pytest.fixture
def order() -> dict[str, object]:
    """A body that makes a new order."""
    return {
        "service": "express",
        "terminal_id": 1,
        "customer_name": "Ada Visser",
        "lines": [{"product_id": 1, "quantity": 2}, {"product_id": 3, "quantity": 1}],
    }


@pytest.fixture(scope="session")
def stocked_template(clone: Callable[[str], str], migrated_template: str) -> str:
    url = clone(migrated_template)
    execute(url, STOCK)
    return database_name(url)


@pytest.fixture
def database(clone: Callable[[str], str], stocked_template: str, postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a small shop of the test's own."""
    url = clone(stocked_template)
    yield url
    execute(postgres.url, f"DROP DATABASE {database_name(url)} WITH (FORCE)")


@pytest.fixture
async def sql(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
async def shop_client(
    database: str, settings_for: Callable[..., Settings]
) -> AsyncIterator[httpx.AsyncClient]:
    async with running(create_app(settings_for(database))) as client:
        yield client
