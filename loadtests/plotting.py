"""A picture of a run: users, requests a second and latency over time, and latency over the number of users."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

HISTORY_SUFFIX = "_stats_history.csv"
PERCENTILES = ("50%", "95%", "99%")
_WIDTH_INCHES, _HEIGHT_INCHES = 9, 9
Row = Mapping[str, str]


def plot_run(history: Path, picture: Path) -> None:
    """Draw Locust's history of all requests together. Raises OSError when there is none."""
    with history.open(newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["Name"] == "Aggregated"]
    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES), layout="constrained")
    grid = figure.add_gridspec(3, 1)
    users, latency = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    latency.sharex(users)
    _over_time(users, latency, rows)
    _over_users(figure.add_subplot(grid[2]), rows)
    figure.savefig(picture, dpi=110)


def latency_by_users(rows: Iterable[Row]) -> dict[int, dict[str, float]]:
    """For each number of users the median of its seconds' percentiles, in milliseconds."""
    found: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for column in PERCENTILES:
            if row[column] != "N/A":
                found[int(row["User Count"])][column].append(float(row[column]))
    return {
        users: {column: median(values) for column, values in columns.items()}
        for users, columns in sorted(found.items())
    }


def _over_time(users: Axes, latency: Axes, rows: Sequence[Row]) -> None:
    start = int(rows[0]["Timestamp"]) if rows else 0
    seconds = [int(row["Timestamp"]) - start for row in rows]
    users.plot(seconds, [int(row["User Count"]) for row in rows], label="users")
    users.plot(seconds, [float(row["Requests/s"]) for row in rows], label="requests/s")
    users.legend()
    for column in PERCENTILES:
        latency.plot(seconds, [_number(row[column]) for row in rows], label=f"p{column.rstrip('%')}")
    _in_milliseconds(latency, "seconds")


def _over_users(latency: Axes, rows: Sequence[Row]) -> None:
    by_users = latency_by_users(rows)
    for column in PERCENTILES:
        points = [(users, known[column]) for users, known in by_users.items() if column in known]
        latency.plot(
            [users for users, _ in points],
            [ms for _, ms in points],
            marker="o",
            label=f"p{column.rstrip('%')}",
        )
    _in_milliseconds(latency, "users")


def _in_milliseconds(axes: Axes, across: str) -> None:
    axes.set_yscale("log")
    axes.set_ylabel("ms")
    axes.set_xlabel(across)
    axes.legend()


def _number(text: str) -> float:
    """Locust writes N/A as long as nothing was measured."""
    return float("nan") if text == "N/A" else float(text)
