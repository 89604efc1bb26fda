"""Cached lists against a program that has the same bytes in memory and does nothing but send them."""

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
)
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete
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
        page.write_bytes(api.answer(ADDRESS)[1])
        for contestant in (api, redis):
            contestant.settle()
        with running(_BARE, {**environment, PAGE_FILE: str(page)}) as bare:
            require_size(bare, ADDRESS, page.stat().st_size)
            etag = _header(api, "etag", cached="HIT-LOCAL")
            unchanged = replace(api, name="the API, 304", headers={"If-None-Match": etag})
            yield Comparison("hit in memory", compete([bare, api], ADDRESS, settings), goal=LOCAL_GOAL)
            yield Comparison("unchanged", compete([bare, unchanged], ADDRESS, settings), goal=LOCAL_GOAL)
            _header(redis, "etag", cached="HIT-SHARED")
            yield Comparison("hit in Redis", compete([bare, redis], ADDRESS, settings), goal=SHARED_GOAL)


def _header(contestant: Running, name: str, *, cached: str) -> str:
    """A header of the answer. Raises ContestantError unless the second answer comes from where it should."""
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
    return response.getheader(name) or ""
