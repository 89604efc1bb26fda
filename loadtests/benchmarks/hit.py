"""Cached lists against a program that has the same bytes in memory and does nothing but send them.

nginx sends the same bytes from a file, redis-benchmark reads as many from Redis, in the same rounds.
"""

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from loadtests.benchmarks.answers import require_page, require_size
from loadtests.benchmarks.bare import PAGE_FILE
from loadtests.benchmarks.contestants import (
    APPLICATION,
    BARE_BYTES,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
    wait_until_at_rest,
)
from loadtests.benchmarks.entrants import asked
from loadtests.benchmarks.outsiders import nginx_file, redis_get
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import take_turns
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.ports import LOOPBACK

LOCAL_GOAL = 0.75
SHARED_GOAL = 0.35
ADDRESS = "/api/v1/products?sort=price&count=none"
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)
_BARE = Contestant("bare ASGI, the same bytes", CHOSEN_SERVER, BARE_BYTES)
_SHARED_ONLY = {"CACHE_LOCAL_MB": "0"}


def compare_hits(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """From memory, unchanged, and from Redis with the memory switched off; the bare program is the measure."""
    with (
        TemporaryDirectory() as folder,
        running(_API, environment) as api,
        running(_API, {**environment, **_SHARED_ONLY}) as redis,
    ):
        page = Path(folder) / "page.json"
        require_page(api, ADDRESS)
        content = api.answer(ADDRESS)[1]
        page.write_bytes(content)
        for contestant in (api, redis):
            wait_until_at_rest(contestant)
        unchanged = replace(api, headers={"If-None-Match": _etag(api, cached="HIT-LOCAL")})
        _etag(redis, cached="HIT-SHARED")
        with (
            running(_BARE, {**environment, PAGE_FILE: str(page)}) as bare,
            nginx_file(content, settings) as nginx,
        ):
            require_size(bare, ADDRESS, len(content))
            entrants = [
                asked(bare, ADDRESS, settings),
                *nginx,
                asked(api, ADDRESS, settings, name="the API, hit in memory", goal=LOCAL_GOAL),
                asked(unchanged, ADDRESS, settings, name="the API, 304", goal=LOCAL_GOAL),
                *redis_get(environment["REDIS_URL"], len(content), settings),
                asked(redis, ADDRESS, settings, name="the API, hit in Redis", goal=SHARED_GOAL),
            ]
            yield Comparison("hit", take_turns(entrants, settings))


def _etag(contestant: Running, *, cached: str) -> str:
    """Its entity tag. Raises ContestantError unless the second answer comes from where it should."""
    contestant.answer(ADDRESS)
    connection = http.client.HTTPConnection(LOOPBACK, contestant.port, timeout=10)
    try:
        connection.request("GET", ADDRESS)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    if (outcome := response.getheader("x-cache")) != cached:
        raise ContestantError(f"{contestant.name} answers with {outcome} instead of {cached}")
    return response.getheader("etag") or ""
