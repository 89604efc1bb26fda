"""The growth table: each request at each size, as a ratio to the first page of the same run, and its goal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

DEEP_GOAL = {100_000: 1.5, 1_000_000: 1.5, 10_000_000: 2.0}
USUAL_GOAL = {100_000: 30.0, 1_000_000: 300.0, 10_000_000: 3_000.0}


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What was measured at one size; `usual` is the same asked the usual way."""

    rows: int
    measured: dict[str, Measured]
    usual: dict[str, Measured]
    memory_bytes: int

    def ratio(self, name: str) -> float:
        """To the first page of the list that `name` belongs to."""
        first = "first page of a category" if "category" in name else "first page"
        return self.measured[name].seconds / self.measured[first].seconds

    @property
    def worst_deep(self) -> float:
        return max(self.ratio(name) for name in self.measured if name.startswith("deep offset"))

    @property
    def times_faster(self) -> float:
        """The deepest offset against OFFSET over whole rows."""
        return self.usual["offset at 99.9 %"].seconds / self.measured["offset at 99.9%"].seconds


def growth_markdown(runs: Sequence[Growth]) -> str:
    """One row a request, two columns a size: milliseconds, and the ratio to the first page."""
    head = "".join(f" {run.rows:,} rows: ms | ÷ first page |" for run in runs)
    lines = [f"| request |{head}", "| --- |" + " ---: | ---: |" * len(runs)]
    for name in runs[0].measured:
        cells = "".join(f" {run.measured[name].seconds * 1000:.2f} | {run.ratio(name):.2f} |" for run in runs)
        lines.append(f"| {name} |{cells}")
    for name in runs[0].usual:
        cells = "".join(f" {run.usual[name].seconds * 1000:.2f} | |" for run in runs)
        lines.append(f"| *the usual way, bare SQL:* {name} |{cells}")
    lines += ["", *(_verdict(run) for run in runs)]
    return "\n".join(lines)


def write_growth(runs: Sequence[Growth], reports: Path, plot: Path) -> None:
    """The table and the figures into `reports`, the picture to `plot`."""
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "growth.md").write_text(growth_markdown(runs) + "\n")
    figures = [
        {"rows": run.rows, "seconds": {name: taken.seconds for name, taken in run.measured.items()}}
        for run in runs
    ]
    (reports / "growth.json").write_text(json.dumps(figures, indent=2))
    names = ["first page", "offset at 1.0%", "offset at 50.0%", "offset at 99.9%", "record"]
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    sizes = [run.rows for run in runs]
    for name in names:
        axes.plot(sizes, [run.measured[name].seconds * 1000 for run in runs], marker="o", label=name)
    usual = [run.usual["offset at 99.9 %"].seconds * 1000 for run in runs]
    axes.plot(sizes, usual, marker="x", linestyle="--", label="OFFSET 99.9 %, the usual way")
    axes.set(xscale="log", yscale="log", xlabel="rows", ylabel="milliseconds")
    axes.legend()
    figure.savefig(plot, dpi=110)
    plt.close(figure)


def missed(run: Growth) -> bool:
    return run.worst_deep > DEEP_GOAL.get(run.rows, 2.0) or run.times_faster < USUAL_GOAL.get(run.rows, 30.0)


def _verdict(run: Growth) -> str:
    deep_goal, usual_goal = DEEP_GOAL.get(run.rows, 2.0), USUAL_GOAL.get(run.rows, 30.0)
    return (
        f"- {run.rows:,} rows: worst deep offset {run.worst_deep:.2f} of its first page (goal ≤ {deep_goal});"
        f" {run.times_faster:,.0f} times faster than OFFSET over whole rows (goal ≥ {usual_goal:,.0f});"
        f" memory of the worker {run.memory_bytes / 1024**2:.0f} MB."
    )
