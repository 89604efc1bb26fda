"""Rate limits: who is counted, what a client is told, and what becomes of them without Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from catalogue.app import create_app
from catalogue.breakers import Breakers
from catalogue.errors import TooManyRequests
from catalogue.limits.allowances import Allowances
from catalogue.limits.policies import Policy, policy
from catalogue.settings import Settings
from tests.conftest import ADMIN_KEY, running

pytestmark = pytest.mark.anyio
THREE_A_MINUTE = {"RATE_LIMIT_READS": "3/minute", "RATE_LIMIT_LOOPBACK": "3/minute"}


@pytest.fixture(autouse=True)
async def fresh_windows(redis_url: str) -> AsyncIterator[None]:
    """Other tests have counted against the same addresses."""
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        yield


async def test_fourth_read_of_three_is_refused_and_another_caller_is_not(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop, **THREE_A_MINUTE)), key=None) as client:
        answers = [await client.get("/products/brands") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert answers[0].headers["ratelimit-policy"] == '"loopback";q=3;w=60'
        assert answers[0].headers["ratelimit"].startswith('"loopback";r=2;t=')
        known = await client.get("/products/brands", headers={"X-API-Key": ADMIN_KEY})
        assert known.status_code == 200
        assert (await client.get("http://catalogue/health/live")).status_code == 200


async def test_limits_can_be_switched_off(shop: str, settings_for: Callable[..., Settings]) -> None:
    off = create_app(settings_for(shop, RATE_LIMITS="off", **THREE_A_MINUTE))
    async with running(off, key=None) as client:
        answers = [await client.get("/products/brands") for _ in range(6)]
        assert {answer.status_code for answer in answers} == {200}
        assert "ratelimit" not in answers[0].headers


async def test_wrong_keys_are_counted_as_attempts_to_log_in(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop, **THREE_A_MINUTE)), key="a wrong key") as client:
        answers = [await client.get("/orders") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_two_workers_share_one_window(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        here, there = Allowances(redis, Breakers()), Allowances(redis, Breakers())
        strict = policy("reads", "4/minute")
        for allowances in (here, there, here, there):
            assert allowances.spend(strict, "somebody") is None
            await allowances.take(strict, "somebody")
        for allowances in (here, there):
            with pytest.raises(TooManyRequests):
                await allowances.take(strict, "somebody")


async def test_shares_are_spent_without_asking_redis_and_never_more_than_the_limit(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        before = await _scripts_run(redis)
        allowances = Allowances(redis, Breakers())
        wide = policy("reads", "1000/minute")
        allowed = sum([await _one_more(allowances, wide) for _ in range(1_200)])
        assert allowed == 1_000
        assert await _scripts_run(redis) - before < 500


async def test_requests_that_come_together_count_once_each(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        allowances, wide = Allowances(redis, Breakers()), policy("reads", "4000/minute")
        allowed = 0
        for _ in range(30):
            allowed += sum(await asyncio.gather(*[_one_more(allowances, wide) for _ in range(100)]))
        assert allowed == 3_000


async def _one_more(allowances: Allowances, wide: Policy) -> bool:
    try:
        return bool(allowances.spend(wide, "somebody") or await allowances.take(wide, "somebody"))
    except TooManyRequests:
        return False


async def _scripts_run(redis: Redis) -> int:
    return int((await redis.info("commandstats")).get("cmdstat_evalsha", {"calls": 0})["calls"])


async def test_limit_holds_while_redis_is_gone() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.1) as redis:
        allowances = Allowances(redis, Breakers())
        strict = policy("reads", "3/minute")
        for _ in range(3):
            await allowances.take(strict, "somebody")
        with pytest.raises(TooManyRequests):
            await allowances.take(strict, "somebody")


class LyingStorage:
    """Whatever is asked, everything is allowed; or it answers nonsense."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def acquire_sliding_window_entry(self, *_: object) -> object:
        return self._answer

    async def get_sliding_window(self, *_: object) -> object:
        return self._answer if not isinstance(self._answer, bool) else (0, 0.0, 0, 0.0)


@pytest.mark.parametrize("answer", [True, "yes", b"OK", [1], {}])
async def test_limit_holds_while_redis_lies(redis_url: str, answer: object) -> None:
    async with Redis.from_url(redis_url) as redis:
        allowances = Allowances(redis, Breakers())
        allowances._shared.storage = LyingStorage(answer)  # type: ignore[assignment]
        strict = policy("reads", "3/minute")
        allowed = sum([await _one_more(allowances, strict) for _ in range(20)])
        assert allowed == 3


async def test_limit_holds_when_redis_is_wiped(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        allowances = Allowances(redis, Breakers())
        strict = policy("reads", "3/minute")
        allowed = 0
        for _ in range(20):
            allowed += await _one_more(allowances, strict)
            await redis.flushdb()
        assert allowed == 3


async def test_unchanged_answers_are_free(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with running(create_app(settings_for(shop, **THREE_A_MINUTE)), key=None) as client:
        etag = (await client.get("/products/brands")).headers["etag"]
        statuses = [
            (await client.get("/products/brands", headers={"If-None-Match": etag})).status_code
            for _ in range(10)
        ]
        assert set(statuses) == {304}


async def test_every_answer_protects_itself(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with running(create_app(settings_for(shop, HSTS_S="31536000")), key=None) as client:
        for path in ("/products?limit=1", "/orders", "/nowhere", "http://catalogue/health"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert headers["strict-transport-security"].startswith("max-age=31536000")
            assert headers["server"] == "catalogue"
        docs = (await client.get("http://catalogue/docs")).headers
        assert "script-src 'self' 'sha256-" in docs["content-security-policy"]
        assert "script-src 'self' 'unsafe-inline'" not in docs["content-security-policy"]
