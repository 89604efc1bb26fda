"""Health: alive is not ready, Redis down is degraded, PostgreSQL down is down."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import stamina

from catalogue.app import create_app
from catalogue.embedded import EmbeddedPostgres
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("root", ["http://catalogue", "http://catalogue/api/v1"])
async def test_all_is_well(client: httpx.AsyncClient, root: str) -> None:
    async for attempt in stamina.retry_context(on=AssertionError, timeout=20, attempts=None, wait_max=0.5):
        with attempt:  # Redis has a tenth of a second to answer, which a busy machine may not give it
            assert (await client.get(f"{root}/health")).json()["status"] == "up"
    for path in ("/health", "/health/live", "/health/ready"):
        answer = await client.get(root + path)
        assert (answer.status_code, answer.json()["status"]) == (200, "up")
    detailed = (await client.get(f"{root}/health/detailed")).json()
    assert {name: part["state"] for name, part in detailed["dependencies"].items()} == {
        "postgresql": "up",
        "redis": "up",
        "feed": "up",
    }
    assert all(part["latency_ms"] > 0 for part in detailed["dependencies"].values())


async def test_redis_down_is_degraded_and_requests_are_answered(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop, REDIS_URL="redis://127.0.0.1:1/0"))) as client:
        summary = await client.get("http://catalogue/health")
        assert (summary.status_code, summary.json()["status"]) == (200, "degraded")
        assert (await client.get("http://catalogue/health/ready")).status_code == 200
        assert (await client.get("/products")).status_code == 200


@pytest.fixture
def empty_database(clone: Callable[[str], str]) -> str:
    return clone("template0")


async def test_database_that_is_not_migrated_is_not_ready(
    empty_database: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(empty_database))) as client:
        answer = await client.get("http://catalogue/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await client.get("http://catalogue/health/live")).status_code == 200


async def test_postgresql_going_and_coming_back(
    tmp_path: Path, settings_for: Callable[..., Settings]
) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    try:
        async with running(create_app(settings_for(server.url))) as client:
            server.stop()
            gone = await client.get("/products")
            assert (gone.status_code, gone.json()["code"]) == (503, "unavailable")
            assert "Retry-After" in gone.headers
            assert (await client.get("http://catalogue/health")).json()["status"] == "down"
            server.start()
            assert (await client.get("http://catalogue/health/ready")).status_code == 503
    finally:
        server.stop()
