"""What Locust loads: the people, the course of the run, and the budgets that decide its exit code.

`loadtests.run` names on the command line who of the people takes part.
"""

import os
from collections import Counter
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
from locust import LoadTestShape, events

from loadtests.budgets import PERCENTILES, Measured, breaches, read_budgets
from loadtests.emptying import empty_caches
from loadtests.outcome import OUTCOME_NAME, Outcome
from loadtests.people.visitor import SETTINGS, pace, reads, refusals
from loadtests.saturation import MANY, Throughput, Totals
from loadtests.shapes import WARM_PACE
from loadtests.users import Clerk, Hostile, Importer, Reader, Shopper, Stranger

__all__ = ["Clerk", "Course", "Hostile", "Importer", "Reader", "Shopper", "Stranger"]

_COURSE = SETTINGS.course()
_BUDGETS = read_budgets(SETTINGS.budgets, SETTINGS.shape)
_ARRIVALS_PER_S = 100.0

_served: Counter[str] = Counter()
_throughput = Throughput()


class Course(LoadTestShape):
    """The chosen shape. What happens before its counted part is forgotten."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._counting = not _COURSE.counted_from
        self._emptying: Thread | None = None
        self._emptied_at: float | None = None

    def tick(self) -> tuple[int, float] | None:
        second: float = self.get_run_time()  # type: ignore[no-untyped-call]
        share = second / _COURSE.seconds
        pace.times = WARM_PACE if share < _COURSE.warm_until else 1.0
        if self.runner is not None and self._counting:
            totals = Totals.of_generator(served=_served.total(), refused=refusals.total())
            _throughput.look(second, users=self.runner.user_count, totals=totals)
        if not self._counting and share >= _COURSE.counted_from:
            self._count_from_here()
        if _COURSE.flushed_at is not None and self._emptying is None and share >= _COURSE.flushed_at:
            self._emptying = Thread(target=self._empty, daemon=True)
            self._emptying.start()
        return self._users_at(second)

    def _users_at(self, second: float) -> tuple[int, float] | None:
        """After the caches were emptied the rest of the run is spent, however long emptying took."""
        if self._emptying is not None and _COURSE.flushed_at is not None:
            rest = (1 - _COURSE.flushed_at) * _COURSE.seconds
            over = self._emptied_at is not None and second >= self._emptied_at + rest
            users = None if over else _COURSE.users
        else:
            users = _COURSE.users_at(second)
        return None if users is None else (max(users, len(_COURSE.people)), _ARRIVALS_PER_S)

    def _empty(self) -> None:
        empty_caches()
        self._count_from_here()
        self._emptied_at = self.get_run_time()  # type: ignore[no-untyped-call]

    def _count_from_here(self) -> None:
        self._counting = True
        if self.runner is not None:
            self.runner.stats.reset_all()
        reads.forget()
        refusals.clear()


def finish(environment: Any, **_: Any) -> None:
    measured = [_measured(entry) for entry in environment.stats.entries.values() if entry.num_requests]
    broken_users = sum(error["count"] for error in environment.runner.exceptions.values())
    held_share = _throughput.held_share()
    outcome = Outcome(
        shape=SETTINGS.shape,
        users=_COURSE.users,
        seconds=_COURSE.seconds,
        hit_share=reads.hit_share(),
        again_share=reads.again_share(),
        routes=tuple(measured),
    )
    broken = breaches(
        _BUDGETS, measured, broken_users=broken_users, hit_share=outcome.hit_share, held_share=held_share
    )
    folder = Path(os.environ.get("LOADTEST_REPORTS") or SETTINGS.reports)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OUTCOME_NAME).write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
    if outcome.hit_share is not None:
        print(f"{reads.table()}\n\nThe cache answered {outcome.hit_share:.1%} of the reads;", end=" ")
        print(f"{outcome.again_share or 0:.1%} of them had been asked before in this run.")
    if _BUDGETS.held_share:
        print(f"{_throughput.table()}\n")
    if held_share is not None:
        print(
            f"{held_share:.0%} of the peak is left with {MANY:g} times the users that saturate the server, or more."
        )
    for line in broken:
        print(f"Over budget: {line}")
    if not broken:
        print("Every budget was kept.")
    environment.process_exit_code = 1 if broken else 0


def _measured(entry: Any) -> Measured:
    percentiles = {name: entry.get_response_time_percentile(share) for name, share in PERCENTILES.items()}
    refused = min(refusals[entry.name], entry.num_failures)
    return Measured(
        route=entry.name,
        requests=entry.num_requests,
        failures=entry.num_failures - refused,
        refusals=refused,
        **percentiles,
    )


def _count(name: str, exception: Exception | None, **_: Any) -> None:
    if exception is None:
        _served[name] += 1


events.request.add_listener(_count)  # type: ignore[no-untyped-call]


events.quitting.add_listener(finish)  # type: ignore[no-untyped-call]
