"""Redis frozen, and PostgreSQL gone: the API answers, bounded in time, and heals by itself."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import stamina
from prometheus_client import REGISTRY

from catalogue.caching import freshness
from catalogue.caching.answers import PROVISIONAL, Made
from catalogue.caching.entry import JITTER
from catalogue.embedded import EmbeddedRedis
from tests.caching.conftest import Serve, caught_up

pytestmark = pytest.mark.anyio


async def test_frozen_redis_costs_its_timeout_until_the_breaker_opens(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedRedis(tmp_path / "redis") as redis:
        async with serve(REDIS_URL=redis.url) as (app, client):
            await client.get("/products/1")
            assert redis.pid is not None
            os.kill(redis.pid, signal.SIGSTOP)
            try:
                statuses = [(await client.get(f"/products/{number}")).status_code for number in range(2, 7)]
                assert not app.state.cache.shared.breaker.closed
                asked: list[bytes] = []
                link = app.state.cache.shared._link
                call = link.call

                async def noted(*command: bytes) -> Any:
                    asked.append(command[0])
                    return await call(*command)

                monkeypatch.setattr(link, "call", noted)
                statuses += [(await client.get(f"/products/{number}")).status_code for number in range(7, 17)]
            finally:
                os.kill(redis.pid, signal.SIGCONT)
            while not app.state.cache.shared.breaker.closed:
                await app.state.feed.reached(1 << 40, timeout_s=0.05)
    assert statuses == [200] * 15
    assert set(asked) <= {b"PING"}, "only the probe goes near Redis"


async def test_feed_that_is_late_is_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "BUSY_S", 60.0)
    async with serve() as (app, client):
        await client.get("/products/1")
        app.state.feed.looked_at -= 1_000
        assert (await client.get("/products/1")).headers["x-cache"] == "HIT-LOCAL"


async def test_answer_that_gets_no_better_is_kept_twice_as_long_each_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifetimes = []
    async with serve() as (app, client):
        rebuilder = app.state.cache._rebuilder
        make = rebuilder._make
        for is_provisional in (True, True, True, False, True):

            async def made(*asked: Any, marked: bool = is_provisional) -> tuple[Made, float]:
                answer, database_s = await make(*asked)
                marks = [(PROVISIONAL, b"1")] if marked else []
                return replace(answer, headers=[*answer.headers, *marks]), database_s

            monkeypatch.setattr(rebuilder, "_make", made)
            address = app.state.cache.book.find("/api/v1/products", b"sort=price")
            if address.entry is None:
                await client.get("/products?sort=price")
            else:
                await rebuilder.refresh(address, address.entry)
            lifetimes.append(address.entry.lifetime_s)
    assert lifetimes == [pytest.approx(seconds, rel=JITTER) for seconds in (2, 4, 8, 120, 2)]


async def test_stale_answer_is_served_when_making_it_anew_fails(
    serve: Serve, psql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve() as (app, client):
        fresh = await client.get("/products/1")
        await psql.execute("UPDATE products SET name = 'new' WHERE id = 1")
        await caught_up(app, psql)
        rebuilder = app.state.cache._rebuilder

        async def failing(*_: Any) -> tuple[Made, float]:
            return Made(503, [(b"content-type", b"application/problem+json")], b"{}"), 0.0

        monkeypatch.setattr(rebuilder, "_make", failing)
        stale = await client.get("/products/1")
        app.state.cache._stale_s = 0.0
        refused = await client.get("/products/1")
    assert (stale.status_code, stale.headers["x-cache"], stale.content) == (200, "STALE", fresh.content)
    assert refused.status_code == 503


async def test_what_was_asked_is_warm_in_a_new_worker(serve: Serve, psql: asyncpg.Connection) -> None:
    async with serve() as (app, client):
        for _ in range(3):
            await client.get("/products?count=none")
        await app.state.warmer.count()
    await psql.execute("UPDATE products SET name = 'other' WHERE id = 1")
    async with serve(CACHE_WARM="5") as (app, client):
        assert await app.state.warmer.warm() == 1
        assert (await client.get("/products?count=none")).headers["x-cache"] == "HIT-LOCAL"


async def test_what_was_asked_is_made_anew_after_a_bulk_change(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    async with serve(CACHE_WARM="5") as (app, client):
        for _ in range(3):
            await client.get("/products?count=none")
        await app.state.warmer.count()
        before = warmed()
        await psql.execute(
            "INSERT INTO products (sku, name, description, category, brand, price, currency, image_url)"
            " SELECT 'bulk-' || n, 'bulk', '', category, brand, 1, 'EUR', image_url"
            " FROM (SELECT * FROM products LIMIT 1) AS one, generate_series(1, 1100) AS n"
        )
        await caught_up(app, psql)
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=10, attempts=None, wait_max=0.1
        ):
            with attempt:
                assert warmed() > before
        assert (await client.get("/products?count=none")).headers["x-cache"] == "HIT-LOCAL"


def warmed() -> float:
    return REGISTRY.get_sample_value("catalogue_cache_warmed_total") or 0.0
