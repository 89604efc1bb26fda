"""What was tried to make an answer cheaper: the API and the bare programs as they are, against the same with one thing changed.

`docs/decisions/0011-miss-path.md` tells what came of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from loadtests.benchmarks.contestants import (
    APPLICATION,
    BARE_BYTES,
    BARE_ROWS,
    CHOSEN_SERVER,
    Contestant,
    running,
)
from loadtests.benchmarks.entrants import asked
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import take_turns
from loadtests.benchmarks.settings import BenchmarkSettings

ADDRESS = "/api/v1/products?sort=price"
Changed = tuple[Contestant, Mapping[str, str]]
_OFF = {"CACHE": "off"}
_OTHER_WAYS = "loadtests.benchmarks.bare_variants"
_API: Sequence[Changed] = (
    (Contestant("the API as it is", CHOSEN_SERVER, APPLICATION), {}),
    (Contestant("uvicorn", "uvicorn", APPLICATION), {}),
    (Contestant("asyncio's own loop", "granian mt, asyncio", APPLICATION), {}),
    (Contestant("without gc.freeze", "granian mt, not frozen", APPLICATION), {}),
    (Contestant("2 connections", CHOSEN_SERVER, APPLICATION), {"READ_POOL_SIZE": "2"}),
    (Contestant("20 connections", CHOSEN_SERVER, APPLICATION), {"READ_POOL_SIZE": "20"}),
    (Contestant("2 workers", CHOSEN_SERVER, APPLICATION, workers=2), {}),
    (Contestant("no line in the log", CHOSEN_SERVER, APPLICATION), {"LOG_REQUESTS": "false"}),
    (Contestant("no rate limits", CHOSEN_SERVER, APPLICATION), {"RATE_LIMITS": "off"}),
)
_BARE: Sequence[Changed] = (
    (Contestant("asyncpg, JSON by PostgreSQL", CHOSEN_SERVER, BARE_ROWS), {}),
    (Contestant("JSON by orjson", CHOSEN_SERVER, f"{_OTHER_WAYS}:json_by_orjson"), {}),
    (Contestant("not prepared", CHOSEN_SERVER, f"{_OTHER_WAYS}:not_prepared"), {}),
    (Contestant("one connection for all", CHOSEN_SERVER, f"{_OTHER_WAYS}:one_connection"), {}),
)
_BYTES: Sequence[Changed] = (
    (Contestant("by ASGI", CHOSEN_SERVER, BARE_BYTES), {}),
    (Contestant("by granian's RSGI", "granian mt, RSGI", f"{_OTHER_WAYS}:bytes_by_rsgi"), {}),
    (Contestant("by ASGI, at once", CHOSEN_SERVER, f"{_OTHER_WAYS}:BytesAtOnce"), {}),
)
_COMPARED = {"the API, a miss": _API, "bare rows": _BARE, "bare bytes": _BYTES}


def compare_variants(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison for the API and one for each bare program; each as it is, first."""
    for title, variants in _COMPARED.items():
        with ExitStack() as stack:
            entrants = [
                asked(
                    stack.enter_context(running(contestant, {**environment, **_OFF, **changed})),
                    ADDRESS,
                    settings,
                )
                for contestant, changed in variants
            ]
            yield Comparison(f"changed: {title}", take_turns(entrants, settings))
