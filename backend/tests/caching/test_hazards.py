"""What goes wrong in caches does not go wrong here, and would without the remedy that is there for it."""

from time import monotonic, time

import asyncpg
import pytest
from redis.asyncio import Redis

from catalogue.caching import entry, rebuilding
from catalogue.changes.tokens import ConsistencyToken
from tests.caching import hazards_of_answers, hazards_of_changes, hazards_of_redis
from tests.caching.conftest import Serve
from tests.caching.hazards import Hazard, Stage, Struck, eventually, makes_counted

pytestmark = pytest.mark.anyio
HAZARDS = (*hazards_of_answers.HAZARDS, *hazards_of_changes.HAZARDS, *hazards_of_redis.HAZARDS)
LIST = "/products?count=none"


@pytest.fixture
def stage(
    serve: Serve,
    psql: asyncpg.Connection,
    small_shop: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    return Stage(serve, psql, small_shop, redis_url, monkeypatch)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
async def test_hazard_does_not_strike(hazard: Hazard, stage: Stage) -> None:
    await hazard.scenario(stage)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
async def test_hazard_strikes_without_its_remedy(hazard: Hazard, stage: Stage) -> None:
    await hazard.without_remedy(stage)
    with pytest.raises(Struck):
        await hazard.scenario(stage)


async def test_token_of_a_write_that_the_feed_does_not_reach_goes_past_the_cache(serve: Serve) -> None:
    token = str(ConsistencyToken(1 << 40, 0))
    async with serve() as (_, client):
        await client.get("/products/1")
        answer = await client.get("/products/1", headers={"Consistency-Token": token})
    assert (answer.status_code, answer.headers["x-cache"]) == (200, "BYPASS")


async def test_another_worker_finds_the_answer_in_redis_without_postgresql(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    async with serve() as (_, client):
        made = await client.get(LIST)
    async with serve() as (app, client):
        rebuilder, asked = app.state.cache._rebuilder, []
        rebuilder._make = asked.append
        answer = await client.get(LIST, headers={"If-None-Match": made.headers["etag"]})
    assert (answer.status_code, answer.headers["x-cache"], asked) == (304, "HIT-SHARED", [])


@pytest.mark.parametrize("lie", [b"", b"CAT2", b"\x80\x04foreign", b"CAT2" + bytes(400)])
async def test_foreign_bytes_are_a_miss(serve: Serve, redis_url: str, lie: bytes) -> None:
    async with serve() as (_, client):
        first = await client.get(LIST)
    async with Redis.from_url(redis_url) as redis:
        for key in await redis.keys("*:entry:*"):
            await redis.set(key, lie)
        async with serve() as (_, client):
            answer = await client.get(LIST)
    assert (answer.headers["x-cache"], answer.content) == ("MISS", first.content)


async def test_value_of_another_type_is_a_miss_and_no_failure_of_redis(serve: Serve, redis_url: str) -> None:
    async with serve() as (_, client):
        first = await client.get(LIST)
    async with Redis.from_url(redis_url) as redis:
        for key in await redis.keys("*:entry:*"):
            await redis.delete(key)
            await redis.lpush(key, b"foreign")
        async with serve() as (app, client):
            answers = [await client.get(f"{LIST}&offset={offset}") for offset in (0, 1, 2, 3)]
            assert app.state.cache.shared.breaker.closed
    assert answers[0].content == first.content


async def test_wiped_redis_costs_nothing_that_is_in_memory(serve: Serve, redis_url: str) -> None:
    async with serve() as (_, client), Redis.from_url(redis_url) as redis:
        await client.get(LIST)
        await redis.flushall()
        assert (await client.get(LIST)).headers["x-cache"] == "HIT-LOCAL"
        assert (await client.get("/products/1")).headers["x-cache"] == "MISS"


async def test_answer_past_its_life_is_served_from_redis_while_it_is_made_anew(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time()
    async with serve(CACHE_LIST_S="120", CACHE_GRACE_S="600") as (one, client):
        await client.get(LIST)
        made = one.state.cache.book.find("/api/v1/products", b"count=none").entry
        async with serve(CACHE_LIST_S="120", CACHE_GRACE_S="600") as (two, other):
            monkeypatch.setattr(entry, "time", lambda: now + 200)
            assert (await other.get(LIST)).headers["x-cache"] == "STALE"
            address = two.state.cache.book.find("/api/v1/products", b"count=none")
            await eventually(lambda: address.entry.made_at > made.made_at)
            assert (await other.get(LIST)).headers["x-cache"] == "HIT-LOCAL"
        monkeypatch.setattr(entry, "time", lambda: now + 200 + 800)
        async with serve(CACHE_LIST_S="120", CACHE_GRACE_S="600") as (_, third):
            assert (await third.get(LIST)).headers["x-cache"] == "MISS"


async def test_refresh_that_another_worker_takes_long_for_is_left_to_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were each of them to make it after a while, a slow answer would be made by all workers at once."""
    monkeypatch.setattr(rebuilding, "LONGEST_WAIT_S", 0.05)
    made: list[str] = []
    async with serve() as (one, client), serve() as (two, _):
        await client.get(LIST)
        cache = one.state.cache
        address = cache.book.find("/api/v1/products", b"count=none")
        key = cache._rebuilder.key(address, cache.freshness.epoch(address))
        assert (await two.state.cache.shared.lock(key, cost_s=60))[0]
        makes_counted(one, monkeypatch, made)
        address.entry.early_at = address.entry.expires_at = monotonic() - 1
        assert (await client.get(LIST)).headers["x-cache"] == "STALE"
        await eventually(lambda: not address.refreshing)
    assert made == []
