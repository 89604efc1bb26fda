"""The application with a database of the test's own, ready to take files in."""

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

ENDED = {"completed", "failed", "cancelled"}
HEADER = "sku,name,category,brand,price,currency\n"
LABELS = {"create_categories": "true", "create_brands": "true"}


def rows(count: int, *, price: str = "9.99", first: int = 1) -> str:
    return "".join(
        f"S-{number},Lamp {number},Light,Acme,{price},EUR\n" for number in range(first, first + count)
    )


@dataclass(frozen=True)
class Shop:
    client: httpx.AsyncClient
    settings: Settings
    sql: asyncpg.Connection
    folder: Path

    async def post(self, data: str | bytes, name: str = "products.csv", **fields: str) -> httpx.Response:
        return await self.client.post("/imports", files={"file": (name, data)}, data={**LABELS, **fields})

    async def take(self, data: str | bytes, name: str = "products.csv", **fields: str) -> int:
        answer = await self.post(data, name, **fields)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/api/v1/imports/{answer.json()['id']}"
        return int(answer.json()["id"])

    async def until(self, job: int, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=60, attempts=None, wait_max=0.05
        ):
            with attempt:
                found: dict[str, Any] = (await self.client.get(f"/imports/{job}")).json()
                assert reached(found), found
        return found

    async def ended(self, job: int) -> dict[str, Any]:
        return await self.until(job, lambda found: found["status"] in ENDED)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
async def shop_with_imports(
    database: str, tmp_path: Path, settings_for: Callable[..., Settings]
) -> AsyncIterator[Shop]:
    settings = settings_for(database, DATA_DIR=str(tmp_path), MAX_UNPACKED_BYTES="5000000")
    sql = await asyncpg.connect(database)
    async with running(create_app(settings)) as client:
        yield Shop(client, settings, sql, tmp_path / "documents")
    await sql.close()
