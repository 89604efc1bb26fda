"""Fair rounds: the entrants take turns, each round in another order, and medians are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from loadtests.benchmarks.contestants import Running
from loadtests.benchmarks.entrants import Entrant, Turn, asked
from loadtests.benchmarks.load import WrongAnswerError
from loadtests.benchmarks.settings import BenchmarkSettings

_WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Medians over the rounds; `ratio` is requests/s over the first entrant's in the same round.

    `cpu_us` is the server's processor time per request, microseconds, without PostgreSQL's. `goal` is the least ratio.
    """

    name: str
    requests_per_s: float
    ratio: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    goal: float | None = None

    @property
    def missed(self) -> bool:
        return self.goal is not None and self.ratio < self.goal


def compete(
    contestants: Sequence[Running], address: str, settings: BenchmarkSettings, *, goal: float | None = None
) -> list[Standing]:
    """Let the contestants answer `address` in turns; `goal` is for the last. Raises WrongAnswerError."""
    goals = [*[None] * (len(contestants) - 1), goal]
    pairs = zip(contestants, goals, strict=True)
    return take_turns([asked(one, address, settings, goal=own) for one, own in pairs], settings)


def take_turns(entrants: Sequence[Entrant], settings: BenchmarkSettings) -> list[Standing]:
    """Put the entrants under load in turns. Raises WrongAnswerError when one does not answer well."""
    turns: dict[str, list[Turn]] = {entrant.name: [] for entrant in entrants}
    for entrant in entrants:
        _run(entrant, _WARM_UP_SECONDS)
    for number in range(settings.rounds):
        for entrant in entrants if number % 2 == 0 else reversed(entrants):
            turns[entrant.name].append(_run(entrant, settings.seconds))
    first = turns[entrants[0].name]
    return [_standing(entrant, turns[entrant.name], first) for entrant in entrants]


def _run(entrant: Entrant, seconds: int) -> Turn:
    try:
        return entrant.run(seconds)
    except WrongAnswerError as error:
        raise WrongAnswerError(f"{entrant.name}: {error}") from error


def _standing(entrant: Entrant, turns: Sequence[Turn], first: Sequence[Turn]) -> Standing:
    loads = [turn.load for turn in turns]
    pairs = zip(loads, first, strict=True)
    return Standing(
        name=entrant.name,
        requests_per_s=median(load.requests_per_s for load in loads),
        ratio=median(load.requests_per_s / other.load.requests_per_s for load, other in pairs),
        p50_ms=median(load.p50_ms for load in loads),
        p99_ms=median(load.p99_ms for load in loads),
        cpu_us=median(turn.cpu_us for turn in turns),
        goal=entrant.goal,
    )
