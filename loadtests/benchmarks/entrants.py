"""Who takes part in rounds: a way to be put under load for some seconds, whatever it is that is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from loadtests.benchmarks.client import request_bytes
from loadtests.benchmarks.contestants import Running
from loadtests.benchmarks.load import Load, put_load, put_own_load
from loadtests.benchmarks.settings import BenchmarkSettings


@dataclass(frozen=True, slots=True)
class Turn:
    """One run under load; `cpu_us` is the server's processor time per request, microseconds (nan: not measured)."""

    load: Load
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Entrant:
    """`run` puts it under load for so many seconds. `goal` is the least ratio to the first that it must reach."""

    name: str
    run: Callable[[int], Turn]
    goal: float | None = None


def asked(
    contestant: Running,
    address: str,
    settings: BenchmarkSettings,
    *,
    name: str = "",
    goal: float | None = None,
) -> Entrant:
    """A contestant that is asked for one address again and again; answers of another size than now are an error."""
    size = len(contestant.answer(address)[1])

    def run(seconds: int) -> Turn:
        before = contestant.cpu_seconds()
        load = put_load(
            contestant.port,
            address,
            seconds=seconds,
            connections=settings.connections,
            body_bytes=size,
            headers=contestant.headers,
        )
        return Turn(load, (contestant.cpu_seconds() - before) / load.requests * 1e6)

    return Entrant(name or contestant.name, run, goal)


def asked_at(
    port: int,
    address: str,
    settings: BenchmarkSettings,
    *,
    name: str,
    body_bytes: int,
) -> Entrant:
    """Somebody else's server on a port of this machine."""

    def run(seconds: int) -> Turn:
        load = put_load(
            port,
            address,
            seconds=seconds,
            connections=settings.connections,
            body_bytes=body_bytes,
        )
        return Turn(load, nan)

    return Entrant(name, run)


def asked_one_by_one(contestant: Running, address: str, *, goal: float | None = None) -> Entrant:
    """A contestant that is asked by one client, who waits for each answer, however long it takes."""
    request = request_bytes(address)

    def run(seconds: int) -> Turn:
        return Turn(put_own_load(contestant.port, lambda: request, seconds=seconds, connections=1), nan)

    return Entrant(contestant.name, run, goal)


def measured(name: str, run: Callable[[int], Load]) -> Entrant:
    """A program that measures itself, such as pgbench."""
    return Entrant(name, lambda seconds: Turn(run(seconds), nan))
