"""What a load test leaves for programs, and the comparison of two of them.

`python -m loadtests.outcome BEFORE.json AFTER.json` prints both side by side and exits with 1 where the later run is
slower by more than a third, or fails more.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import orjson

from loadtests.budgets import Measured

OUTCOME_NAME = "loadtest.json"
WORSE = 4 / 3
LEAST_MS = 5.0
"""Differences below this are noise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. `hit_share` is None where no answer named a cache tier; `again_share` is of what was asked before."""

    shape: str
    users: int
    seconds: int
    hit_share: float | None
    routes: tuple[Measured, ...]
    again_share: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of request in both runs."""

    before: Measured
    after: Measured

    @property
    def is_worse(self) -> bool:
        slower = (
            self.after.p95_ms > self.before.p95_ms * WORSE
            and self.after.p95_ms - self.before.p95_ms > LEAST_MS
        )
        return slower or _failed(self.after) > _failed(self.before)


def read_outcome(path: Path) -> Outcome:
    """Raises ValueError for a file that is no outcome, OSError when there is none."""
    try:
        found = orjson.loads(path.read_bytes())
        return Outcome(**{**found, "routes": tuple(Measured(**route) for route in found["routes"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path} is not the outcome of a load test: {error}") from None


def differences(before: Outcome, after: Outcome) -> list[Difference]:
    """The kinds of requests that both runs made, by name."""
    known = {route.route: route for route in before.routes}
    both = (route for route in after.routes if route.route in known and route.requests)
    return sorted(
        (Difference(known[route.route], route) for route in both), key=lambda found: found.after.route
    )


def table(found: Sequence[Difference]) -> str:
    """Markdown, one row a kind of request."""
    rows = [
        f"| {pair.after.route} | {pair.before.p95_ms:.0f} | {pair.after.p95_ms:.0f} "
        f"| {pair.before.p99_ms:.0f} | {pair.after.p99_ms:.0f} "
        f"| {_failed(pair.before):.1%} | {_failed(pair.after):.1%} | {'worse' if pair.is_worse else ''} |"
        for pair in found
    ]
    head = "| request | p95 before, ms | p95 after, ms | p99 before | p99 after | failed before | failed after | |"
    return "\n".join([head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |", *rows])


@click.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(before: Path, after: Path) -> None:
    """Compare two runs by their `loadtest.json`."""
    try:
        found = differences(read_outcome(before), read_outcome(after))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(table(found))
    sys.exit(1 if any(pair.is_worse for pair in found) else 0)


def _failed(measured: Measured) -> float:
    return measured.failures / measured.requests if measured.requests else 0.0


if __name__ == "__main__":
    main()
