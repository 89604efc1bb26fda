"""How requests grow with depth and with the size of the table, beside the same requests done the usual way.

A table of each size has a PostgreSQL, a Redis and an API with one worker of its own. All serve at the same time and are
asked in turns, one request at a time, in rounds that go through every request at every size, so that a busy machine
slows all of them alike; medians of the rounds are compared. The usual way (OFFSET and count(*) over whole rows, ILIKE,
GROUP BY) is timed as bare SQL on a connection of its own: without a server, which flatters it.
"""

import asyncio
import http.client
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote

import asyncpg
import click
import orjson

from loadtests.benchmarks.contestants import (
    APPLICATION,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
)
from loadtests.benchmarks.growth_report import ALONE, Growth
from loadtests.benchmarks.growth_requests import (
    CATEGORY,
    COMMON_WORD,
    PRODUCTS,
    USUAL,
    Asked,
    new_lists,
    requests,
)
from loadtests.benchmarks.growth_tables import large_databases
from loadtests.ports import LOOPBACK

ROUNDS = 25
USUAL_ROUNDS = 3
"""Of the largest tables, where one takes minutes, a single round."""

_INDEX_WAIT_S = 120
_SETTLE_S = 0.3
_FRESH = {"Cache-Control": "no-cache"}
_UNCACHED = {"CACHE": "off"}
Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Served:
    """A table of one size behind the API."""

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


def measure_growth(sizes: Sequence[int]) -> list[Growth]:
    """Seed a table of each size (kept for the next run) and measure them side by side."""
    with ExitStack() as stack:
        tables = [stack.enter_context(_served(size)) for size in sizes]
        with _told("first requests of new lists"):
            first_requests = [_first_requests(table) for table in tables]
        asked = [list(_requests(table)) for table in tables]
        with _told("waited for list indexes"):
            for table, requests_of_it in zip(tables, asked, strict=True):
                _wait_for_indexes(
                    table, [each.address for each in requests_of_it if "offset=" in each.address]
                )
        with _told(f"{ROUNDS} rounds"):
            taken = _rounds(tables, asked)
        memory = [_memory_bytes(table.api) for table in tables]
        usual = []
        for table, each in zip(tables, asked, strict=True):
            with _told(f"the usual way, {table.rows:,} rows"):
                usual.append(asyncio.run(_usual_way(table, each)))
    return [
        Growth(
            rows=table.rows,
            asked=tuple(asked[place]),
            rounds=taken[place],
            usual=_medians(usual[place][0]),
            beside=_medians(usual[place][1]),
            first_request=_medians(first_requests[place]),
            memory_bytes=memory[place],
        )
        for place, table in enumerate(tables)
    ]


@contextmanager
def _told(phase: str) -> Iterator[None]:
    """Say how long a phase took: large tables want patience."""
    started = perf_counter()
    yield
    click.echo(f"growth: {phase}, {perf_counter() - started:.0f} s", err=True)


@contextmanager
def _served(size: int) -> Iterator[Served]:
    with (
        large_databases(size) as environment,
        running(Contestant(f"{size:,} rows", CHOSEN_SERVER, APPLICATION), environment | _UNCACHED) as api,
    ):
        yield Served(size, environment, api, http.client.HTTPConnection(LOOPBACK, api.port, timeout=60))


def _first_requests(table: Served) -> Times:
    """Ratios of the first request for a list that nobody asked before to the page after it, by its cursor."""
    table.begin()
    categories = {item["value"]: item["count"] for item in _facet(table, "category")}
    ratios: Times = defaultdict(list)
    sleep(_SETTLE_S * 10)
    for new in new_lists(table.rows, categories):
        if new.alike is not None:
            _wait_for_index(table, new.alike)
            sleep(_SETTLE_S)
        seconds, page = table.ask(new.address)
        _wait_for_index(table, new.address)
        sleep(_SETTLE_S)
        position = page["next"] or page["prev"]
        listed = new.address.partition("&offset=")[0]
        keyset = statistics.median(table.ask(f"{listed}&cursor={quote(position)}")[0] for _ in range(5))
        ratios[f"first request, {new.kind}"].append(seconds / keyset)
    return ratios


def _facet(table: Served, name: str) -> list[dict[str, Any]]:
    _, page = table.ask(f"{PRODUCTS}?facets={name}&limit=1")
    values: list[dict[str, Any]] = page["facets"][name]
    return values


def _requests(table: Served) -> Iterator[Asked]:
    table.begin()
    in_category = next(value["count"] for value in _facet(table, "category") if value["value"] == CATEGORY)
    branded = next(value["count"] for value in _facet(table, "brand") if value["value"] == COMMON_WORD)
    if not 0.15 <= branded / table.rows <= 0.25:
        raise ContestantError(f"'{COMMON_WORD}' is the brand of {branded:,} of {table.rows:,} products")
    _, middle = table.ask(f"{PRODUCTS}?sort=price&offset={table.rows // 2}")
    return requests(rows=table.rows, in_category=in_category, after_middle=middle["next"])


def _rounds(tables: Sequence[Served], asked: Sequence[Sequence[Asked]]) -> list[Times]:
    taken: list[Times] = [defaultdict(list) for _ in tables]
    for table in tables:
        table.begin()
    for _ in range(ROUNDS):
        for same_at_all_sizes in zip(*asked, strict=True):
            for table, each, times in zip(tables, same_at_all_sizes, taken, strict=True):
                known = times[each.name]
                known.append(math.inf if known[-1:] == [math.inf] else table.ask(each.address)[0])
    return taken


def _wait_for_indexes(table: Served, addresses: Sequence[str]) -> None:
    """Until every row number is exact and answered by the list index, as long as the build may take."""
    table.begin()
    for address in addresses:
        _wait_for_index(table, address)
    sleep(_SETTLE_S * 10)


def _wait_for_index(table: Served, address: str) -> None:
    deadline = perf_counter() + _INDEX_WAIT_S
    while "offset_is" in table.ask(address)[1]:
        if perf_counter() > deadline:
            raise ContestantError(f"the list index of {address} was not built in {_INDEX_WAIT_S} s")
        sleep(0.05)


async def _usual_way(table: Served, asked: Sequence[Asked]) -> tuple[Times, Times]:
    """Seconds of the usual way, and of the API asked for the same before each time."""
    table.begin()
    addresses = {each.name: each.address for each in asked}
    connection = await asyncpg.connect(table.environment["DATABASE_URL"])
    taken: Times = defaultdict(list)
    ours: Times = defaultdict(list)
    for _ in range(USUAL_ROUNDS if table.rows <= 1_000_000 else 1):
        for name, statements in USUAL.items():
            ours[name] += [table.ask(addresses[name])[0] for _ in range(5)]
            started = perf_counter()
            for place, statement in enumerate(statements):
                await connection.fetch(statement.format(deep=int(table.rows * 0.999), middle=table.rows // 2))
                if place == 0 and "OFFSET" in statement:
                    taken[f"{name}{ALONE}"].append(perf_counter() - started)
            taken[name].append(perf_counter() - started)
    await connection.close()
    return taken, ours


def _medians(times: Times) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in times.items()}


def _memory_bytes(api: Running) -> int:
    return max(process.memory_info().rss for process in [api.process, *api.process.children(recursive=True)])
