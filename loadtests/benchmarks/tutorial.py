"""The API against the way tutorials build the same list (`loadtests/baseline`): hits, misses, deep offsets, records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from loadtests.benchmarks.answers import wait_until_exact
from loadtests.benchmarks.contestants import APPLICATION, CHOSEN_SERVER, Contestant, Running, running
from loadtests.benchmarks.entrants import asked_one_by_one
from loadtests.benchmarks.growth_tables import large_databases
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete, take_turns
from loadtests.benchmarks.settings import BenchmarkSettings

LARGE = 1_000_000
DEEP_GOAL = 100.0
HIT_GOAL = 20.0
HIT_CONNECTIONS = 48
"""With the usual sixteen the load generator and the API wait for each other in turns, and a fifth of the processors rests; the
tutorial's Redis client refuses more than fifty.
"""

_PRODUCTS = "/api/v1/products"
_TUTORIAL = Contestant("as tutorials do it", CHOSEN_SERVER, "loadtests.baseline.app:create_app")
_AT_ITS_BEST = replace(_TUTORIAL, name="the same, bytes as Redis has them")
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)
_UNCACHED = {"BASELINE_CACHE": "off", "CACHE": "off"}


@dataclass(frozen=True, slots=True)
class _Question:
    title: str
    address: str
    goal: float | None


def compare_with_tutorial(
    environment: Mapping[str, str], settings: BenchmarkSettings
) -> Iterator[Comparison]:
    """One comparison a kind of request; the tutorial's way is the measure of the API."""
    first_page = f"{_PRODUCTS}?sort=price"
    misses = [
        _Question("miss, first page", first_page, 3),
        _Question("miss, one product", f"{_PRODUCTS}/{settings.products // 2}", 3),
    ]
    yield from _hits(environment, first_page, settings)
    yield from _compare({**environment, **_UNCACHED}, misses, settings)
    yield _deep({**environment, **_UNCACHED}, settings.products, settings, None)
    if settings.rows >= LARGE:
        with large_databases(LARGE) as large:
            yield _deep({**large, **_UNCACHED}, LARGE, settings, DEEP_GOAL)


def _hits(environment: Mapping[str, str], address: str, settings: BenchmarkSettings) -> Iterator[Comparison]:
    """With what Redis has sent as it is as well, which is the best that the tutorial's way can be made."""
    with (
        running(_TUTORIAL, environment) as tutorial,
        running(_AT_ITS_BEST, {**environment, "BASELINE_HITS": "bytes"}) as at_its_best,
        running(_API, environment) as api,
    ):
        contestants = (tutorial, at_its_best, api)
        for contestant in contestants:
            contestant.answer(address)
        yield Comparison("tutorial: hit, first page", compete(contestants, address, settings))
        many = settings.model_copy(update={"connections": HIT_CONNECTIONS})
        standings = compete(contestants, address, many, goal=HIT_GOAL)
        yield Comparison(f"tutorial: hit, first page, {HIT_CONNECTIONS} at a time", standings)


def _compare(
    environment: Mapping[str, str], questions: list[_Question], settings: BenchmarkSettings
) -> Iterator[Comparison]:
    with running(_TUTORIAL, environment) as tutorial, running(_API, environment) as api:
        for question in questions:
            _prepare(tutorial, api, question.address)
            standings = compete([tutorial, api], question.address, settings, goal=question.goal)
            yield Comparison(f"tutorial: {question.title}", standings)


def _deep(
    environment: Mapping[str, str], rows: int, settings: BenchmarkSettings, goal: float | None
) -> Comparison:
    """One request at a time: several at once would only wait for each other in PostgreSQL."""
    offset = round(rows * 0.999)
    address = f"{_PRODUCTS}?sort=price&offset={offset}"
    with running(_TUTORIAL, environment) as tutorial, running(_API, environment) as api:
        _prepare(tutorial, api, address)
        entrants = [asked_one_by_one(tutorial, address), asked_one_by_one(api, address, goal=goal)]
        standings = take_turns(entrants, settings)
    return Comparison(f"tutorial: miss, offset {offset:,} of {rows:,}, one at a time", standings)


def _prepare(tutorial: Running, api: Running, address: str) -> None:
    """Both answer, and what the API makes in the background at a first request is made."""
    if "offset" in address:
        wait_until_exact(api, address)
    for contestant in (tutorial, api):
        contestant.answer(address)
