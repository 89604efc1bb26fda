"""A table of one size behind the API, as the growth benchmark asks it."""

import http.client
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import environ
from time import perf_counter, sleep
from typing import Any

import orjson

from loadtests.benchmarks.contestants import (
    APPLICATION,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
)
from loadtests.benchmarks.growth_tables import large_databases
from loadtests.ports import LOOPBACK

_BUILD_S = 600
_INDEX_WAIT_S = 60
_FRESH = {"Cache-Control": "no-cache"}
_UNCACHED = {"CACHE": "off"}


@dataclass(frozen=True, slots=True)
class Served:
    """`api` is the server, `connection` the one connection that is asked over."""

    rows: int
    environment: Mapping[str, str]
    api: Running
    connection: http.client.HTTPConnection

    def begin(self) -> None:
        """Forget the connection, which the server may have closed while other sizes were asked; `ask` opens one."""
        self.connection.close()

    def ask(self, address: str) -> tuple[float, dict[str, Any]]:
        """Seconds (endless where the API gave up with 503), and the answer. Raises ContestantError for others."""
        started = perf_counter()
        self.connection.request("GET", address, headers=_FRESH)
        response = self.connection.getresponse()
        body = response.read()
        seconds = perf_counter() - started
        if response.status == 503:
            return math.inf, {}
        if response.status != 200:
            raise ContestantError(f"{response.status} for {address}: {body[:200]!r}")
        answer: dict[str, Any] = orjson.loads(body)
        return seconds, answer

    def facet(self, name: str) -> dict[str, int]:
        """How many products each value has."""
        _, page = self.ask(f"/api/v1/products?facets={name}&limit=1")
        return {item["value"]: item["count"] for item in page["facets"][name]}

    def prepare_indexes(self, addresses: Sequence[str]) -> None:
        """Until the list indexes of these lists are there and used, so that every row number is exact.

        Raises:
            ContestantError: That took too long.
        """
        subprocess.run(
            [sys.executable, "-m", "loadtests.benchmarks.growth_indexes"],
            env={**environ, **self.environment},
            input="\n".join(addresses),
            text=True,
            check=True,
            timeout=_BUILD_S,
        )
        self.begin()
        for address in addresses:
            deadline = perf_counter() + _INDEX_WAIT_S
            while "offset_is" in self.ask(address)[1]:
                if perf_counter() > deadline:
                    raise ContestantError(f"the list index of {address} was not used in {_INDEX_WAIT_S} s")
                sleep(0.05)

    def memory_bytes(self) -> int:
        family = [self.api.process, *self.api.process.children(recursive=True)]
        return max(process.memory_info().rss for process in family)


@contextmanager
def served_table(size: int) -> Iterator[Served]:
    """PostgreSQL, Redis and an API with one worker and without its cache."""
    with (
        large_databases(size) as environment,
        running(Contestant(f"{size:,} rows", CHOSEN_SERVER, APPLICATION), environment | _UNCACHED) as api,
    ):
        yield Served(size, environment, api, http.client.HTTPConnection(LOOPBACK, api.port, timeout=60))
