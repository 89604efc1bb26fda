"""The short way of a hit: the same answers and the same rules as the long one."""

from collections.abc import Callable

import httpx
import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import ADMIN_KEY, running

pytestmark = pytest.mark.anyio
PATH = "/products?sort=price&count=none"
OWN = {"x-request-id", "x-process-time", "server-timing", "ratelimit", "date"}


async def test_short_and_long_way_answer_alike(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with running(create_app(settings_for(shop, HSTS_S="60")), key=None) as client:
        await client.get(PATH)
        short = await client.get(PATH)
        long = await client.get(PATH, headers={"X-API-Key": ADMIN_KEY})
    assert short.headers["x-cache"] == long.headers["x-cache"] == "HIT-LOCAL"
    assert short.content == long.content
    assert _told(short.headers) == _told(long.headers)
    assert "ratelimit" in short.headers


def _told(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OWN}


async def test_unchanged_answer_is_not_counted(shop: str, settings_for: Callable[..., Settings]) -> None:
    app = create_app(settings_for(shop))
    async with running(app, key=None) as client:
        etag = (await client.get(PATH)).headers["etag"]
        limiter = app.state.gate.limiter
        [allowance] = [
            found for (name, _), found in limiter._allowances._clients.items() if name == "loopback"
        ]
        before = allowance.left
        assert (await client.get(PATH, headers={"If-None-Match": etag})).status_code == 304
        assert allowance.left == before
        assert (await client.get(PATH)).status_code == 200
        assert allowance.left == before - 1


async def test_closed_catalogue_stays_closed_when_it_is_cached(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop, PUBLIC_CATALOGUE="false"))) as client:
        for _ in range(2):
            assert (await client.get(PATH)).status_code == 200
        del client.headers["X-API-Key"]
        assert (await client.get(PATH)).status_code == 401


async def test_limit_that_is_used_up_holds_for_hits(shop: str, settings_for: Callable[..., Settings]) -> None:
    few = {"RATE_LIMIT_READS": "3/minute", "RATE_LIMIT_LOOPBACK": "3/minute"}
    async with running(create_app(settings_for(shop, **few)), key=None) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.9"
        statuses = [(await client.get("/products/brands")).status_code for _ in range(5)]
    assert statuses[-1] == 429
