"""The outcome of the benchmarks: a Markdown table for people, JSON for programs.

Benchmarks may run one by one, so a file keeps of each the last run, with when and on which machine that was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path
from typing import Any

import orjson

from loadtests.benchmarks.machine import described
from loadtests.benchmarks.rounds import Standing

FILE_NAME = "benchmarks.json"
ORDER = (
    "hit",
    "gate",
    "miss",
    "reads",
    "writes",
    "workers",
    "tutorial",
    "imports",
    "server",
    "variants",
)
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


@dataclass(frozen=True, slots=True)
class Part:
    """The last run of one benchmark; `load_before` is the load average of the minute before, by others' work alone (None: not noted)."""

    comparisons: Sequence[Comparison]
    measured_at: str
    load_before: float | None
    machine: Mapping[str, Any]


Parts = Mapping[str, Part]
"""By the benchmark's name."""


def measured_now(comparisons: Sequence[Comparison], *, load_before: float) -> Part:
    return Part(
        comparisons, datetime.now(UTC).isoformat(timespec="seconds"), round(load_before, 1), described()
    )


def markdown(comparisons: Iterable[Comparison]) -> str:
    """One table row a contestant."""
    rows = [_row(comparison, standing) for comparison in comparisons for standing in comparison.standings]
    return "\n".join([_HEAD, *rows])


def parts_markdown(parts: Parts) -> str:
    """The table of all parts, and when each was measured with how much else going on."""
    ordered = _ordered(parts)
    times = [
        f"| {name} | {part.measured_at} | {'-' if part.load_before is None else part.load_before} |"
        for name, part in ordered.items()
    ]
    head = ["| benchmark | measured at | load average of the minute before |", "| --- | --- | ---: |"]
    everything = (comparison for part in ordered.values() for comparison in part.comparisons)
    return "\n".join([markdown(everything), "", *head, *times, "", *_machines(ordered)])


def write_reports(parts: Parts, folder: Path) -> Path:
    """Write `benchmarks.md` and `benchmarks.json` with these parts and what else was measured; returns the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / FILE_NAME
    known = {**read_parts(written), **parts}
    write_parts(known, written)
    (folder / "benchmarks.md").write_text(f"{parts_markdown(known)}\n")
    return written


def write_parts(parts: Parts, file: Path) -> None:
    found = {name: asdict(part) for name, part in _ordered(parts).items()}
    file.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_parts(file: Path) -> dict[str, Part]:
    """What a file holds; nothing where there is none, or none that this version wrote."""
    try:
        return {name: _part(found) for name, found in orjson.loads(file.read_bytes()).items()}
    except (OSError, orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return {}


def newest(*several: Parts) -> dict[str, Part]:
    """Of each benchmark the run that was measured last."""
    found: dict[str, Part] = {}
    for parts in several:
        for name, part in parts.items():
            if name not in found or part.measured_at >= found[name].measured_at:
                found[name] = part
    return found


def _part(found: Mapping[str, Any]) -> Part:
    comparisons = [
        Comparison(comparison["title"], [_standing(each) for each in comparison["standings"]])
        for comparison in found["comparisons"]
    ]
    return Part(comparisons, found["measured_at"], found["load_before"], found["machine"])


def _standing(found: Mapping[str, Any]) -> Standing:
    """JSON knows no number for what was not measured."""
    read: dict[str, Any] = {
        name: nan if value is None and name != "goal" else value for name, value in found.items()
    }
    return Standing(**read)


def _ordered(parts: Parts) -> dict[str, Part]:
    return {name: parts[name] for name in sorted(parts, key=ORDER.index)}


def _machines(parts: Parts) -> list[str]:
    """A sentence for each machine, with what was measured there."""
    names: dict[str, list[str]] = {}
    for name, part in parts.items():
        machine = part.machine
        packages = ", ".join(f"{package} {number}" for package, number in machine["packages"].items())
        names.setdefault(
            f"{machine['processors']} processors ({machine['processor']}), {machine['memory_gib']} GiB of memory,"
            f" {machine['system']}, Python {machine['python']}, {packages}",
            [],
        ).append(name)
    if len(names) == 1:
        return [f"Measured on {next(iter(names))}."]
    return [f"Measured on {machine}: {', '.join(found)}." for machine, found in names.items()]


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
