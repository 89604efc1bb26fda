"""Fair rounds: the contestants take turns, each round in another order, and medians are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from loadtests.benchmarks.contestants import Running
from loadtests.benchmarks.load import Load, put_load
from loadtests.benchmarks.settings import BenchmarkSettings

_WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Medians over the rounds; `ratio` is requests/s over the first contestant's in the same round.

    `cpu_us` is the server's processor time per request, microseconds, without PostgreSQL's.
    """

    name: str
    requests_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def compete(contestants: Sequence[Running], address: str, settings: BenchmarkSettings) -> list[Standing]:
    """Let the contestants answer `address` in turns. Raises WrongAnswerError when one does not answer well."""
    sizes = {contestant.name: len(contestant.answer(address)[1]) for contestant in contestants}
    loads: dict[str, list[tuple[Load, float]]] = {contestant.name: [] for contestant in contestants}
    for contestant in contestants:
        _turn(contestant, address, settings, seconds=_WARM_UP_SECONDS, body_bytes=sizes[contestant.name])
    for number in range(settings.rounds):
        for contestant in contestants if number % 2 == 0 else reversed(contestants):
            turn = _turn(
                contestant, address, settings, seconds=settings.seconds, body_bytes=sizes[contestant.name]
            )
            loads[contestant.name].append(turn)
    first = loads[contestants[0].name]
    return [_standing(name, turns, first) for name, turns in loads.items()]


def _turn(
    contestant: Running, address: str, settings: BenchmarkSettings, *, seconds: int, body_bytes: int
) -> tuple[Load, float]:
    """The load, and processor microseconds per request."""
    before = contestant.cpu_seconds()
    load = put_load(
        contestant.port,
        address,
        seconds=seconds,
        connections=settings.connections,
        body_bytes=body_bytes,
        headers=contestant.headers,
    )
    return load, (contestant.cpu_seconds() - before) / load.requests * 1e6


def _standing(name: str, turns: list[tuple[Load, float]], first: list[tuple[Load, float]]) -> Standing:
    pairs = zip(turns, first, strict=True)
    return Standing(
        name=name,
        requests_per_s=median(load.requests_per_s for load, _ in turns),
        ratio=median(load.requests_per_s / other.requests_per_s for (load, _), (other, _) in pairs),
        p50_ms=median(load.p50_ms for load, _ in turns),
        p99_ms=median(load.p99_ms for load, _ in turns),
        cpu_us=median(cpu_us for _, cpu_us in turns),
    )
