"""An order to keep documents with, in a database of the test's own, and the application over it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import stamina

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

_ORDER = """
WITH terminal AS (
  INSERT INTO terminals (name, account_code, city, country) VALUES ('North', 'N1', 'Oslo', 'NO') RETURNING id
)
INSERT INTO orders (reference, service, terminal_id, customer_name, currency)
SELECT 'R-1', 'standard', id, 'Acme', 'EUR' FROM terminal RETURNING id
"""


@dataclass(frozen=True)
class Desk:
    """The application, the address of one order's documents, and what the application was started with."""

    client: httpx.AsyncClient
    address: str
    settings: Settings
    sql: asyncpg.Connection
    folder: Path

    async def add(self, name: str, data: bytes, kind: str = "other") -> httpx.Response:
        return await self.client.post(self.address, files={"file": (name, data)}, data={"type": kind})

    async def texts(self, document: int) -> dict[str, Any]:
        """The texts of a document once they are no longer pending."""
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=60, attempts=None, wait_max=0.1
        ):
            with attempt:
                answer = (await self.client.get(f"{self.address}/{document}/texts")).json()
                assert answer["texts_status"] != "pending"
        found: dict[str, Any] = answer
        return found

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
async def desk(database: str, tmp_path: Path, settings_for: Callable[..., Settings]) -> AsyncIterator[Desk]:
    settings = settings_for(database, DATA_DIR=str(tmp_path), TEXTS_TIMEOUT_S="5")
    sql = await asyncpg.connect(database)
    order = await sql.fetchval(_ORDER)
    async with running(create_app(settings)) as client:
        yield Desk(client, f"/orders/{order}/documents", settings, sql, tmp_path / "documents")
    await sql.close()
