"""Uncached lists through the API against a program without a framework that runs the same SQL."""

from collections.abc import Iterator, Mapping

from loadtests.benchmarks.answers import require_page, require_same_page
from loadtests.benchmarks.contestants import (
    APPLICATION,
    BARE_ROWS,
    CHOSEN_SERVER,
    Contestant,
    Running,
    running,
    wait_until_at_rest,
)
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete
from loadtests.benchmarks.settings import BenchmarkSettings

GOAL = 0.6
DEEP_OFFSET = 50_000
_PRODUCTS = "/api/v1/products"
_BARE = Contestant("asyncpg, no framework", CHOSEN_SERVER, BARE_ROWS)
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)


def compare_misses(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison a kind of list; the bare program is the measure of the API."""
    uncached = {**environment, "CACHE": "off"}
    with running(_BARE, environment) as bare, running(_API, uncached) as api:
        lists = _lists(api)
        wait_until_at_rest(api)
        for title, address in lists.items():
            require_same_page((bare, api), address)
            yield Comparison(f"list: {title}", compete([bare, api], address, settings, goal=GOAL))


def _lists(api: Running) -> dict[str, str]:
    middle = require_page(api, f"{_PRODUCTS}?sort=price&offset={DEEP_OFFSET}")
    category = middle["items"][0]["category"]
    return {
        "first page by price": f"{_PRODUCTS}?sort=price",
        f"next page after row {DEEP_OFFSET:,}": f"{_PRODUCTS}?sort=price&cursor={middle['next']}",
        "one category by price": f"{_PRODUCTS}?sort=price&category={category}",
        f"offset {DEEP_OFFSET:,}": f"{_PRODUCTS}?sort=price&offset={DEEP_OFFSET}",
    }
