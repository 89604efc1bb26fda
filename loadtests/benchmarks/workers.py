"""One process of the server against two, on a hit and on a miss, beside the bare program with as many."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from loadtests.benchmarks.contestants import APPLICATION, BARE_BYTES, CHOSEN_SERVER, Contestant, running
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete
from loadtests.benchmarks.settings import BenchmarkSettings

ADDRESS = "/api/v1/products?sort=price&count=none"
COUNTS = (1, 2)
_PATHS = {"a hit": (APPLICATION, "on"), "a miss": (APPLICATION, "off"), "bare ASGI": (BARE_BYTES, "off")}


def compare_workers(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison a path; one worker is the measure of two."""
    for title, (target, cache) in _PATHS.items():
        with ExitStack() as stack:
            contestants = [
                stack.enter_context(
                    running(
                        Contestant(f"workers: {count}", CHOSEN_SERVER, target, workers=count),
                        {**environment, "CACHE": cache},
                    )
                )
                for count in COUNTS
            ]
            for contestant in contestants:
                for _ in range(20):
                    contestant.answer(ADDRESS)
            yield Comparison(f"workers, {title}", compete(contestants, ADDRESS, settings))
