"""The picture of growth: latency by size of the table, and by depth in the list."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from loadtests.benchmarks.growth_report import Growth
from loadtests.benchmarks.growth_requests import DEPTHS, SORTS

_BY_SIZE = (
    "first page",
    "99.9% by price",
    "two filters, with total and five facets",
    "search for a fifth of all, with five facets",
    "one product",
)
_USUAL = ("99.9% by price", "two filters, with total and five facets", "search for a fifth of all")


def plot_growth(runs: Sequence[Growth], plot: Path) -> None:
    """Write the picture (PNG)."""
    figure, (by_size, by_depth) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    _draw_sizes(by_size, runs)
    _draw_depths(by_depth, runs[-1])
    figure.savefig(plot, dpi=100)
    plt.close(figure)


def _draw_sizes(axes: Axes, runs: Sequence[Growth]) -> None:
    sizes = [run.rows for run in runs]
    for name in _BY_SIZE:
        axes.plot(sizes, [run.seconds(name) * 1000 for run in runs], marker="o", label=name)
    for name in _USUAL:
        axes.plot(
            sizes,
            [run.usual[name] * 1000 for run in runs],
            marker="x",
            linestyle="--",
            label=f"{name}, usual way",
        )
    axes.set(xscale="log", yscale="log", xlabel="rows in the table", ylabel="milliseconds", title="by size")
    axes.legend(fontsize=8, loc="center left")


def _draw_depths(axes: Axes, run: Growth) -> None:
    depths = [0.0, *(depth * 100 for depth in DEPTHS)]
    for sort in SORTS:
        names = [f"first page by {sort}", *(f"{depth:.1%} by {sort}" for depth in DEPTHS)]
        axes.plot(depths, [run.seconds(name) * 1000 for name in names], marker="o", label=sort)
    axes.set(xlabel="depth, %", ylabel="milliseconds", title=f"by depth, {run.rows:,} rows", ylim=(0, None))
    axes.legend(fontsize=8, title="sorted by")
