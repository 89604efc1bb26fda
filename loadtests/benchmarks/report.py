"""The outcome of the benchmarks: a Markdown table for people, JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isnan
from pathlib import Path

import orjson

from loadtests.benchmarks.machine import described, sentence
from loadtests.benchmarks.rounds import Standing

_HEAD = """| comparison | contestant | a second | of the first | p50 ms | p99 ms | server CPU µs/request | goal |
| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Who was compared, in the same rounds; the first is the measure of the others."""

    title: str
    standings: Sequence[Standing]

    @property
    def missed(self) -> bool:
        return any(standing.missed for standing in self.standings)


def markdown(comparisons: Sequence[Comparison]) -> str:
    """One table row a contestant."""
    rows = [_row(comparison, standing) for comparison in comparisons for standing in comparison.standings]
    return "\n".join([_HEAD, *rows])


def write_reports(comparisons: Sequence[Comparison], folder: Path) -> Path:
    """Write `benchmarks.md` and `benchmarks.json`; returns the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.md").write_text(f"{markdown(comparisons)}\n\nMeasured on {sentence()}.\n")
    written = folder / "benchmarks.json"
    outcome = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": described(),
        "comparisons": [{**asdict(comparison), "missed": comparison.missed} for comparison in comparisons],
    }
    written.write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
    return written


def _row(comparison: Comparison, standing: Standing) -> str:
    goal = ""
    if standing.goal is not None:
        goal = f"≥ {standing.goal:g}: {'missed' if standing.missed else 'reached'}"
    return (
        f"| {comparison.title} | {standing.name} | {_number(standing.requests_per_s, 0)} | {standing.ratio:.2f} "
        f"| {_number(standing.p50_ms, 2)} | {_number(standing.p99_ms, 2)} | {_number(standing.cpu_us, 0)} | {goal} |"
    )


def _number(value: float, digits: int) -> str:
    """A dash for what was not measured."""
    return "-" if isnan(value) else f"{value:,.{digits}f}"
