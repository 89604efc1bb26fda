"""The API against the way tutorials build the same list (`loadtests/baseline`): hits, misses, deep offsets, records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loadtests.benchmarks.answers import require_page
from loadtests.benchmarks.contestants import APPLICATION, CHOSEN_SERVER, Contestant, Running, running
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete
from loadtests.benchmarks.settings import BenchmarkSettings

LARGE = 1_000_000
_PRODUCTS = "/api/v1/products"
_TUTORIAL = Contestant("as tutorials do it", CHOSEN_SERVER, "loadtests.baseline.app:create_app")
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
    hits = [_Question("hit, first page", first_page, 20)]
    deep = round(settings.products * 0.999)
    misses = [
        _Question("miss, first page", first_page, 3),
        _Question(
            f"miss, offset {deep:,}",
            f"{first_page}&offset={deep}",
            100 if settings.products >= LARGE else None,
        ),
        _Question("miss, one product", f"{_PRODUCTS}/{settings.products // 2}", 3),
    ]
    yield from _compare("cached", environment, hits, settings)
    yield from _compare("uncached", {**environment, **_UNCACHED}, misses, settings)


def _compare(
    kind: str, environment: Mapping[str, str], questions: list[_Question], settings: BenchmarkSettings
) -> Iterator[Comparison]:
    with running(_TUTORIAL, environment) as tutorial, running(_API, environment) as api:
        for question in questions:
            _prepare(tutorial, api, question)
            standings = compete([tutorial, api], question.address, settings, goal=question.goal)
            yield Comparison(f"tutorial, {kind}: {question.title}", standings)


def _prepare(tutorial: Running, api: Running, question: _Question) -> None:
    """Both answer, and what the API makes in the background at a first request is made."""
    if "offset" in question.address:
        require_page(api, f"{question.address}&count=exact&limit=50")
    for contestant in (tutorial, api):
        contestant.answer(question.address)
