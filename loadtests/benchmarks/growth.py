"""How list requests grow with depth and with the size of the table, beside the same requests done the usual way.

Every figure is the median of requests sent one at a time to one worker, in rounds that go through all requests, so
that a busy machine slows all of them alike. The usual way (OFFSET and count(*) over whole rows, ILIKE, GROUP BY) is
timed as bare SQL on a connection of its own: without a server, which flatters it.
"""

import asyncio
import http.client
import statistics
from collections.abc import Iterator, Mapping
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote

import asyncpg
import orjson

from loadtests.benchmarks.contestants import (
    APPLICATION,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
)
from loadtests.benchmarks.growth_report import Growth, Measured
from loadtests.databases import seeded_databases
from loadtests.ports import LOOPBACK

ROUNDS = 15
SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
_INDEX_WAIT_S = 120
_PRODUCTS = "/api/v1/products"
_FIRST = f"{_PRODUCTS}?sort=price&count=none"
_ROWS = "SELECT id, sku, name, category, brand, price, currency, stock, rating, review_count, image_url FROM products"
_USUAL = {
    "first page": f"{_ROWS} ORDER BY price, id LIMIT 50",
    "offset at 99.9 %": f"{_ROWS} ORDER BY price, id LIMIT 50 OFFSET {{deep}}",
    "total": "SELECT count(*) FROM products WHERE category = 'cameras'",
    "facets": "SELECT category, brand, stock > 0, count(*) FROM products GROUP BY GROUPING SETS (1, 2, 3)",
    "search": f"{_ROWS} WHERE name ILIKE '%compact%' OR description ILIKE '%compact%' ORDER BY price, id LIMIT 50",
}


def measure_growth(size: int) -> Growth:
    """Seed a table of `size` products (kept for the next run) and measure it."""
    with (
        seeded_databases(products=size, orders=0) as environment,
        running(Contestant("the API", CHOSEN_SERVER, APPLICATION), environment) as api,
    ):
        addresses = dict(_addresses(api, size))
        for address in addresses.values():
            _ask(api, address)
        _wait_for_indexes(api, [address for address in addresses.values() if "offset=" in address])
        taken = _rounds(api, addresses)
        usual = asyncio.run(_usual_way(environment, size))
        memory_bytes = _memory_bytes(api)
    return Growth(
        rows=size,
        measured={name: Measured(statistics.median(times)) for name, times in taken.items()},
        usual={name: Measured(statistics.median(times)) for name, times in usual.items()},
        memory_bytes=memory_bytes,
    )


def _addresses(api: Running, size: int) -> Iterator[tuple[str, str]]:
    in_category = _ask(api, f"{_PRODUCTS}?category=cameras&limit=1&count=exact")["total"]
    yield "first page", _FIRST
    yield "first page of a category", f"{_FIRST}&category=cameras"
    middle = _ask(api, f"{_PRODUCTS}?sort=price&offset={size // 2}")
    yield "page after a row in the middle", f"{_FIRST}&cursor={quote(middle['next'])}"
    for share in (0.01, 0.5, 0.999):
        yield f"offset at {share:.1%}", f"{_PRODUCTS}?sort=price&offset={int(size * share)}"
    for sort in SORTS:
        yield f"deep offset by {sort}", f"{_PRODUCTS}?sort={sort}&offset={int(size * 0.999)}"
        yield (
            f"deep offset by {sort}, one category",
            (f"{_PRODUCTS}?sort={sort}&category=cameras&offset={int(in_category * 0.999)}"),
        )
    yield "total", f"{_PRODUCTS}?sort=price&category=cameras&limit=1"
    yield "search", f"{_PRODUCTS}?q=compact"
    yield "search by price", f"{_PRODUCTS}?q=compact&sort=price"
    yield "record", f"{_PRODUCTS}/{size // 2}"


def _rounds(api: Running, addresses: Mapping[str, str]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in addresses}
    connection = http.client.HTTPConnection(LOOPBACK, api.port, timeout=30)
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            started = perf_counter()
            connection.request("GET", address)
            response = connection.getresponse()
            response.read()
            taken[name].append(perf_counter() - started)
            if response.status != 200:
                raise ContestantError(f"{response.status} for {address}")
    connection.close()
    return taken


def _wait_for_indexes(api: Running, addresses: list[str]) -> None:
    """Until the total of each list is exact: its index is there."""
    deadline = perf_counter() + _INDEX_WAIT_S
    for address in addresses:
        while _ask(api, address)["total_is"] != "exact":
            if perf_counter() > deadline:
                raise ContestantError(f"the list index of {address} was not built in {_INDEX_WAIT_S} s")
            sleep(0.05)


async def _usual_way(environment: Mapping[str, str], size: int) -> dict[str, list[float]]:
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    taken: dict[str, list[float]] = {name: [] for name in _USUAL}
    for _ in range(3):
        for name, statement in _USUAL.items():
            started = perf_counter()
            await connection.fetch(statement.format(deep=int(size * 0.999)))
            taken[name].append(perf_counter() - started)
    await connection.close()
    return taken


def _ask(api: Running, address: str) -> dict[str, Any]:
    status, body = api.answer(address)
    if status != 200:
        raise ContestantError(f"{status} for {address}: {body[:200]!r}")
    answer: dict[str, Any] = orjson.loads(body)
    return answer


def _memory_bytes(api: Running) -> int:
    return max(process.memory_info().rss for process in [api.process, *api.process.children(recursive=True)])
