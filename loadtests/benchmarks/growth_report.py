"""The growth tables: what was reached beside its goal, every request at every size, and the usual way."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from loadtests.benchmarks.growth_requests import Asked
from loadtests.benchmarks.machine import sentence

SIZES = (100_000, 1_000_000, 10_000_000)
ALONE = ", OFFSET alone"


@dataclass(frozen=True, slots=True)
class Growth:
    """What was measured at one size: for each request the seconds of every round.

    `usual` are the medians of the usual way, and `beside` those of the API asked in turns with it. `first_request` holds
    ratios, by kind of list, of the first request for a list to a keyset page of it.
    """

    rows: int
    asked: tuple[Asked, ...]
    rounds: dict[str, list[float]]
    usual: dict[str, float]
    beside: dict[str, float]
    first_request: dict[str, float]
    memory_bytes: int

    def seconds(self, name: str) -> float:
        return median(self.rounds[name])

    def ratio(self, each: Asked) -> float:
        """To the request it is divided by: within each round, and of the rounds the median."""
        return _median_ratio(self.rounds[each.name], self.rounds[each.base])

    def since(self, smaller: "Growth", name: str) -> float:
        """To the same request of a smaller table, in the same way."""
        return _median_ratio(self.rounds[name], smaller.rounds[name])

    def worst(self, held: str) -> float:
        """The largest ratio among the requests that a goal holds."""
        return max(self.ratio(each) for each in self.asked if each.held == held)

    def times_faster(self) -> float:
        """The deepest row number against OFFSET over whole rows, where that gains least."""
        alone = [name for name in self.usual if name.endswith(ALONE)]
        return min(self.usual[name] / self.beside[name.removesuffix(ALONE)] for name in alone)

    def growth_since(self, smaller: "Growth") -> float:
        """The largest ratio to the same request of a smaller table among those that goals hold."""
        return max(self.since(smaller, each.name) for each in self.asked if each.held)


@dataclass(frozen=True, slots=True)
class Goal:
    """`limits` belong to `SIZES`; None where nothing is asked."""

    title: str
    limits: tuple[float | None, float | None, float | None]
    reached: Callable[[Growth, Growth], float]
    at_least: bool = False

    def limit(self, run: Growth) -> float | None:
        return dict(zip(SIZES, self.limits, strict=True)).get(run.rows)

    def missed(self, run: Growth, smallest: Growth) -> bool:
        if (limit := self.limit(run)) is None:
            return False
        reached = self.reached(run, smallest)
        return reached < limit if self.at_least else reached > limit


GOALS = (
    Goal(
        "row number at 99.9 % ÷ first page, the worst of all sorts, unfiltered and one category",
        (1.5, 1.5, 2.0),
        lambda run, _: run.worst("deep"),
    ),
    Goal(
        "times faster than OFFSET over whole rows, by price and by name",
        (30, 300, 3_000),
        lambda run, _: run.times_faster(),
        at_least=True,
    ),
    Goal(
        "page + total + five facets with two filters ÷ page alone",
        (3, 3, 4),
        lambda run, _: run.worst("facets"),
    ),
    Goal(
        "`q` that matches a fifth of all rows, with five facets ÷ first page alone",
        (8, 12, 20),
        lambda run, _: run.worst("search"),
    ),
    Goal("any of these ÷ itself at 100,000 rows, the worst", (None, 1.5, 2.5), Growth.growth_since),
    Goal(
        "first request of a new list ÷ its keyset page, all rows",
        (2, 2, 2),
        lambda run, _: run.first_request["first request, all rows"],
    ),
    Goal(
        "first request of a new list ÷ its keyset page, one category",
        (2, 2, 2),
        lambda run, _: run.first_request["first request, one category"],
    ),
    Goal("memory of the worker, MB", (None, 200, None), lambda run, _: run.memory_bytes / 1024**2),
)


def growth_markdown(runs: Sequence[Growth]) -> str:
    """Three tables: goals, requests, and the usual way."""
    return "\n".join([*_goal_table(runs), "", *_request_table(runs), "", *_usual_table(runs)])


def any_missed(runs: Sequence[Growth]) -> bool:
    return any(goal.missed(run, runs[0]) for goal in GOALS for run in runs)


def write_growth(runs: Sequence[Growth], reports: Path) -> None:
    """The tables and the figures into `reports`."""
    reports.mkdir(parents=True, exist_ok=True)
    tables = {
        "goals": [*_goal_table(runs), "", f"Measured on {sentence()}."],
        "requests": _request_table(runs),
        "usual": _usual_table(runs),
    }
    for name, lines in tables.items():
        (reports / f"growth-{name}.md").write_text("\n".join(lines) + "\n")
    figures = [
        {
            "rows": run.rows,
            "seconds": {name: median(times) for name, times in run.rounds.items()},
            "usual_seconds": run.usual,
            "first_request_ratios": run.first_request,
            "memory_bytes": run.memory_bytes,
        }
        for run in runs
    ]
    (reports / "growth.json").write_text(json.dumps(figures, indent=2))


def _goal_table(runs: Sequence[Growth]) -> Iterator[str]:
    yield f"| |{''.join(f' {run.rows:,} rows | goal |' for run in runs)}"
    yield f"| --- |{' ---: | --- |' * len(runs)}"
    for goal in GOALS:
        yield f"| {goal.title} |{''.join(_verdict(goal, run, runs[0]) for run in runs)}"


def _verdict(goal: Goal, run: Growth, smallest: Growth) -> str:
    reached, limit = goal.reached(run, smallest), goal.limit(run)
    shown = f"{reached:,.0f}" if reached >= 100 else f"{reached:.2f}"
    if limit is None:
        return f" {shown} | |"
    sign = "≥" if goal.at_least else "≤"
    return f" {shown} | {sign} {limit:,g}: {'missed' if goal.missed(run, smallest) else 'reached'} |"


def _request_table(runs: Sequence[Growth]) -> Iterator[str]:
    """Milliseconds, the ratio to the request's own first page, and to itself in the smallest table."""
    head = "".join(
        f" {run.rows:,} rows: ms | ÷ first page |{' ÷ smallest |' if place else ''}"
        for place, run in enumerate(runs)
    )
    yield f"| request |{head}"
    yield "| --- |" + "".join(" ---: |" * (3 if place else 2) for place in range(len(runs)))
    for each in runs[0].asked:
        cells = ""
        for place, run in enumerate(runs):
            cells += f" {_ms(run.seconds(each.name))} | {run.ratio(each):.2f} |"
            cells += f" {run.since(runs[0], each.name):.2f} |" if place else ""
        yield f"| {each.name} |{cells}"


def _usual_table(runs: Sequence[Growth]) -> Iterator[str]:
    yield f"| the usual way, bare SQL |{''.join(f' {run.rows:,} rows: ms | ÷ this API |' for run in runs)}"
    yield f"| --- |{' ---: | ---: |' * len(runs)}"
    for name in runs[0].usual:
        cells = ""
        for run in runs:
            taken, ours = run.usual[name], run.beside[name.removesuffix(ALONE)]
            cells += f" {_ms(taken)} | {taken / ours:,.1f} |"
        yield f"| {name} |{cells}"


def _ms(seconds: float) -> str:
    return "no answer" if math.isinf(seconds) else f"{seconds * 1000:.2f}"


def _median_ratio(times: Sequence[float], others: Sequence[float]) -> float:
    return median(time / other for time, other in zip(times, others, strict=True))
