"""A picture of a run: how many people, how many requests a second, and how long they took."""

import csv
from pathlib import Path

from matplotlib.figure import Figure

HISTORY_SUFFIX = "_stats_history.csv"
_WIDTH_INCHES, _HEIGHT_INCHES = 9, 6


def plot_run(history: Path, picture: Path) -> None:
    """Draw Locust's history of all requests together. Raises OSError when there is none."""
    with history.open(newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["Name"] == "Aggregated"]
    start = int(rows[0]["Timestamp"]) if rows else 0
    seconds = [int(row["Timestamp"]) - start for row in rows]
    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(seconds, [int(row["User Count"]) for row in rows], label="users")
    above.plot(seconds, [float(row["Requests/s"]) for row in rows], label="requests/s")
    for column in ("50%", "95%", "99%"):
        below.plot(seconds, [_number(row[column]) for row in rows], label=f"p{column.rstrip('%')}")
    below.set_yscale("log")
    below.set_ylabel("ms")
    below.set_xlabel("seconds")
    above.legend()
    below.legend()
    figure.savefig(picture, dpi=110)


def _number(text: str) -> float:
    """Locust writes N/A as long as nothing was measured."""
    return float("nan") if text == "N/A" else float(text)
