"""The small database full of ties, for the tests of this folder."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from catalogue.app import create_app
from catalogue.listing import offsets
from catalogue.settings import Settings
from tests.conftest import running
from tests.listing.tied_shop import Shop


@pytest.fixture(scope="module")
def tied_database(clone: Callable[[str], str], migrated_template: str) -> str:
    return clone(migrated_template)


@pytest.fixture
async def small_shop(tied_database: str, settings_for: Callable[..., Settings]) -> AsyncIterator[Shop]:
    connection = await asyncpg.connect(tied_database)
    await connection.execute(
        """
        TRUNCATE products, categories, brands CASCADE;
        CREATE SEQUENCE IF NOT EXISTS sku;
        INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras'), ('lenses', 'Lenses');
        INSERT INTO brands (slug, label) VALUES ('acme', 'Acme'), ('zenith', 'Zenith'), ('orbit', 'Orbit');
        """
    )
    app = create_app(settings_for(tied_database))
    async with running(app) as client:
        shop = Shop(app, client, connection)
        await shop.fill()
        yield shop
    await connection.close()


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is large and every row far from where a walk could begin."""
    monkeypatch.setattr(offsets, "SMALL_TABLE", 0)
    monkeypatch.setattr(offsets, "SHORT_WALK", 0)
