"""Hazards of the shared tier: Redis that lies or freezes, and workers that do the same work."""

import asyncio
import os
import signal
from binascii import crc32
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis

from catalogue.caching import packing, rebuilding, shared_tier
from catalogue.caching.response_cache import ResponseCache
from catalogue.caching.shared_tier import SharedTier
from catalogue.embedded import EmbeddedRedis
from tests.caching.conftest import caught_up
from tests.caching.hazards import PATIENCE_S, Hazard, Stage, makes_counted, must, patched, rename

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LIST = "/products?count=none"
PRODUCT = "/products/1"
PLAIN = {"Accept-Encoding": "identity"}


async def value_with_a_wrong_byte(stage: Stage) -> None:
    async with stage.serve() as (_, client):
        made = await client.get(LIST, headers=PLAIN)
    async with Redis.from_url(stage.redis_url) as redis:
        for key in await redis.keys("*:entry:*"):
            value = await redis.get(key)
            await redis.set(key, value[:-20] + bytes([value[-20] ^ 1]) + value[-19:])
    async with stage.serve() as (_, client):
        answer = await client.get(LIST, headers=PLAIN)
    must(answer.content == made.content, "a damaged value is served")


async def value_of_another_key(stage: Stage) -> None:
    async with stage.serve() as (_, client), Redis.from_url(stage.redis_url) as redis:
        before = set(await redis.keys("*:entry:*"))
        await client.get(PRODUCT)
        [one] = set(await redis.keys("*:entry:*")) - before
        await client.get("/products/2")
        [two] = set(await redis.keys("*:entry:*")) - before - {one}
        await redis.copy(one, two, replace=True)
    async with stage.serve() as (_, client):
        must((await client.get("/products/2")).json()["id"] == 2, "another key's value is served")


async def frozen_redis(stage: Stage) -> None:
    with TemporaryDirectory() as folder, EmbeddedRedis(Path(folder) / "redis") as redis:
        async with stage.serve(REDIS_URL=redis.url, RATE_LIMITS="off") as (app, client):
            await client.get(PRODUCT)
            assert redis.pid is not None
            os.kill(redis.pid, signal.SIGSTOP)
            try:
                for number in range(2, 7):
                    assert (await client.get(f"/products/{number}")).status_code == 200
                must(not app.state.cache.shared.breaker.closed, "every request waits for Redis")
            finally:
                os.kill(redis.pid, signal.SIGCONT)


async def many_askers_of_one_worker(stage: Stage) -> None:
    made: list[str] = []
    async with stage.serve() as (app, client):
        makes_counted(app, stage.monkeypatch, made)
        answers = await asyncio.gather(*(client.get(LIST) for _ in range(30)))
    assert len({answer.content for answer in answers}) == 1
    must(len(made) == 1, f"made {len(made)} times")


async def _everybody_for_himself(stage: Stage) -> None:
    async def flight(_: ResponseCache, *named: Any) -> Any:
        start: Callable[[], Awaitable[Any]] = named[-1]
        return await start()

    stage.monkeypatch.setattr(ResponseCache, "_flight", flight)


async def many_workers(stage: Stage) -> None:
    """Both ask for the right to make the answer before either has made it."""
    made: list[str] = []
    both_asked, asked = asyncio.Event(), 0
    async with stage.serve() as (one, client), stage.serve() as (two, other):
        for each in (client, other):
            await each.get(PRODUCT)
        for app in (one, two):
            makes_counted(app, stage.monkeypatch, made)
            _make_after(app.state.cache._rebuilder, both_asked, stage)
            shared = app.state.cache.shared
            lock = shared.lock

            async def noted(*key: Any, lock: Any = lock, **cost: Any) -> Any:
                nonlocal asked
                found = await lock(*key, **cost)
                asked += 1
                if asked == 2:
                    both_asked.set()
                return found

            stage.monkeypatch.setattr(shared, "lock", noted)
        await rename(stage, "changed")
        for app in (one, two):
            await caught_up(app, stage.psql)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(client.get(PRODUCT), other.get(PRODUCT))
    must(len(made) == 1, f"made {len(made)} times")


def _make_after(rebuilder: Any, event: asyncio.Event, stage: Stage) -> None:
    make = rebuilder._make

    async def late(*asked: Any) -> Any:
        await event.wait()
        return await make(*asked)

    stage.monkeypatch.setattr(rebuilder, "_make", late)


async def _no_lock(stage: Stage) -> None:
    async def lock(*_: object, **__: object) -> tuple[bool, None]:
        return True, None

    stage.monkeypatch.setattr(SharedTier, "lock", lock)


async def answer_made_between_look_and_lock(stage: Stage) -> None:
    made: list[str] = []
    async with stage.serve() as (one, client), stage.serve() as (two, other):
        for each in (client, other):
            await each.get(PRODUCT)
        for app in (one, two):
            makes_counted(app, stage.monkeypatch, made)
        shared = one.state.cache.shared
        get = shared.get

        async def overtaken(key: bytes) -> Any:
            found = await get(key)
            await other.get(PRODUCT)
            return found

        stage.monkeypatch.setattr(shared, "get", overtaken)
        await rename(stage, "changed")
        for app in (one, two):
            await caught_up(app, stage.psql)
        await client.get(PRODUCT)
    must(len(made) == 1, f"made {len(made)} times")


async def _no_second_look(stage: Stage) -> None:
    lock = SharedTier.lock

    async def blind(self: SharedTier, key: bytes, *, cost_s: float) -> tuple[bool, None]:
        return (await lock(self, key, cost_s=cost_s))[0], None

    stage.monkeypatch.setattr(SharedTier, "lock", blind)
    stage.monkeypatch.setattr(rebuilding, "LONGEST_WAIT_S", 0.0)


HAZARDS = (
    Hazard("lying Redis: damage", value_with_a_wrong_byte, patched(packing, "_checksum", lambda *_: 0)),
    Hazard(
        "lying Redis: another key",
        value_of_another_key,
        patched(packing, "_checksum", lambda _, content: crc32(content)),
    ),
    Hazard("frozen Redis", frozen_redis, patched(shared_tier, "FAILURES_TO_OPEN", 1_000_000)),
    Hazard("many askers", many_askers_of_one_worker, _everybody_for_himself),
    Hazard("many workers", many_workers, _no_lock),
    Hazard("made between look and lock", answer_made_between_look_and_lock, _no_second_look),
)
