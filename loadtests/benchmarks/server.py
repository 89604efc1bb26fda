"""uvicorn against granian, with nothing to do, with a database to ask, and with the whole application."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from loadtests.benchmarks.answers import require_page, require_size
from loadtests.benchmarks.bare import PAGE_BYTES
from loadtests.benchmarks.contestants import APPLICATION, BARE_BYTES, BARE_ROWS, Contestant, running
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import compete
from loadtests.benchmarks.settings import BenchmarkSettings

SERVERS = ("uvicorn", "granian st", "granian mt")
_LIST = "/api/v1/products?sort=price"
_PROGRAMS = {
    f"server: {PAGE_BYTES:,} ready bytes": BARE_BYTES,
    "server: asyncpg rows, no framework": BARE_ROWS,
    "server: the API, uncached list": APPLICATION,
}


def compare_servers(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison a program; the first server is the measure of the others."""
    for title, target in _PROGRAMS.items():
        with ExitStack() as stack:
            contestants = [
                stack.enter_context(
                    running(Contestant(server, server, target), {**environment, "CACHE": "off"})
                )
                for server in SERVERS
            ]
            for contestant in contestants:
                if target == BARE_BYTES:
                    require_size(contestant, _LIST, PAGE_BYTES)
                else:
                    require_page(contestant, _LIST)
            yield Comparison(title, compete(contestants, _LIST, settings))
