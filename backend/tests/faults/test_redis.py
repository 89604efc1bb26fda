"""Redis slow, frozen, broken off, lying, emptied and stopped, seen by clients of a real server."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest
from redis import Redis

from catalogue.embedded import EmbeddedRedis
from loadtests.faults.proxy import Mode, Proxy, proxied_redis
from tests.faults.conftest import Serve, Served, eventually

READS = 12
LONGEST_S = 20.0
"""For all reads of a test: the breaker opens after three failures of 0.1 s each. Generous, for a busy machine."""


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(tmp_path_factory.mktemp("faults") / "redis") as server:
        yield server


@pytest.fixture(scope="module")
def behind_proxy(shop: str, serve: Serve, own_redis: EmbeddedRedis) -> Iterator[tuple[Proxy, Served]]:
    with (
        proxied_redis(own_redis.url) as (proxy, url),
        serve(shop, REDIS_URL=url, CACHE_LOCAL_MB="0", RATE_LIMIT_LOOPBACK="60000/minute") as server,
    ):
        yield proxy, server


def check_reads(server: Served, *, expected: list[httpx.Response]) -> None:
    started = monotonic()
    with server.client() as client:
        found = [client.get(f"/products/{number}") for number in range(1, READS + 1)]
    assert [answer.status_code for answer in found] == [200] * READS
    assert [answer.content for answer in found] == [answer.content for answer in expected]
    assert monotonic() - started < LONGEST_S


def is_healed(server: Served) -> None:
    health = server.detailed()
    assert health["status"] == "up"
    assert set(health["breakers"].values()) == {"closed"}


@pytest.fixture
def expected(behind_proxy: tuple[Proxy, Served]) -> list[httpx.Response]:
    """The right answers, which are in Redis from then on."""
    _, server = behind_proxy
    with server.client() as client:
        return [client.get(f"/products/{number}") for number in range(1, READS + 1)]


def is_left_alone(server: Served) -> None:
    assert server.detailed()["dependencies"]["redis"]["state"] == "degraded"


@pytest.mark.parametrize("mode", [Mode.DROP, Mode.RESET, Mode.LIE])
def test_redis_that_misbehaves_changes_no_answer_and_heals(
    behind_proxy: tuple[Proxy, Served], expected: list[httpx.Response], mode: Mode
) -> None:
    proxy, server = behind_proxy
    proxy.mode = mode
    try:
        check_reads(server, expected=expected)
        if mode is not Mode.LIE:
            eventually(lambda: is_left_alone(server))
    finally:
        proxy.mode = Mode.PASS
        proxy.cut()
    eventually(lambda: is_healed(server))
    check_reads(server, expected=expected)


def test_slow_redis_is_left_alone(behind_proxy: tuple[Proxy, Served], expected: list[httpx.Response]) -> None:
    proxy, server = behind_proxy
    proxy.delay_s = 1.0
    try:
        check_reads(server, expected=expected)
        assert server.detailed()["breakers"]["redis-cache"] != "closed"
    finally:
        proxy.delay_s = 0.0
        proxy.cut()
    eventually(lambda: is_healed(server))


def test_emptied_redis_is_filled_again(
    behind_proxy: tuple[Proxy, Served], expected: list[httpx.Response], own_redis: EmbeddedRedis
) -> None:
    _, server = behind_proxy
    with Redis.from_url(own_redis.url) as redis:
        redis.flushall()
        check_reads(server, expected=expected)
        eventually(lambda: check_keys(redis))


def check_keys(redis: "Redis") -> None:
    assert redis.keys("*")


@pytest.mark.thorough
def test_redis_that_was_stopped_is_used_again(shop: str, serve: Serve, tmp_path: Path) -> None:
    redis = EmbeddedRedis(tmp_path / "redis")
    redis.start()
    try:
        with serve(shop, REDIS_URL=redis.url) as server:
            with server.client() as client:
                before = client.get("/products?limit=5&count=none")
                redis.stop()
                for number in range(1, 8):
                    assert client.get(f"/products/{number}").status_code == 200
                again = client.get("/products?limit=5&count=none")
                assert again.json()["items"] == before.json()["items"]
                redis.start()
            eventually(lambda: is_healed(server))
    finally:
        redis.stop()
