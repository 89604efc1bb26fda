"""Every kind of read that no cache knows, beside the least that a first page takes: asyncpg without a framework, pgbench."""

from collections.abc import Iterator, Mapping

from loadtests.benchmarks.answers import require_page, wait_until_exact
from loadtests.benchmarks.contestants import (
    APPLICATION,
    BARE_ROWS,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
)
from loadtests.benchmarks.entrants import asked
from loadtests.benchmarks.growth_requests import COMMON_WORD, FACETS
from loadtests.benchmarks.outsiders import first_page_script, pgbench
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import take_turns
from loadtests.benchmarks.settings import BenchmarkSettings

_PRODUCTS = "/api/v1/products"
_FIRST_PAGE = f"{_PRODUCTS}?sort=price"
_BARE = Contestant("asyncpg, no framework: first page", CHOSEN_SERVER, BARE_ROWS)
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)


def compare_reads(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison; the bare program's first page is the measure of all."""
    with running(_BARE, environment) as bare, running(_API, {**environment, "CACHE": "off"}) as api:
        require_page(bare, _FIRST_PAGE)
        entrants = [
            asked(bare, _FIRST_PAGE, settings),
            pgbench("first page", first_page_script(), environment["DATABASE_URL"], settings),
        ]
        for title, address in _reads(settings).items():
            _prepare(api, address)
            entrants.append(asked(api, address, settings, name=f"the API: {title}"))
        yield Comparison("miss", take_turns(entrants, settings))


def _reads(settings: BenchmarkSettings) -> dict[str, str]:
    deep = round(settings.products * 0.999)
    return {
        "first page": _FIRST_PAGE,
        "one product": f"{_PRODUCTS}/{settings.products // 2}",
        f"offset {deep:,}": f"{_FIRST_PAGE}&offset={deep}",
        "total and five facets": f"{_FIRST_PAGE}&in_stock=true&facets={FACETS}",
        "search for a word of a fifth": f"{_PRODUCTS}?q={COMMON_WORD}",
        "suggest": f"{_PRODUCTS}/suggest?q={COMMON_WORD[:3]}",
        "statistics": f"{_PRODUCTS}/stats",
    }


def _prepare(api: Running, address: str) -> None:
    """It answers, and what is made in the background at a first request is made."""
    if "offset=" in address:
        wait_until_exact(api, address)
    status, _ = api.answer(address)
    if status != 200:
        raise ContestantError(f"{api.name} answers {status} to {address}")
