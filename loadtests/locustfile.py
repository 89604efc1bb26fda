"""What Locust loads: the people, the course of the run, and the budgets that decide its exit code.

`loadtests.run` names on the command line who of the people takes part.
"""

import os
from pathlib import Path
from typing import Any

import orjson
from locust import LoadTestShape, events

from loadtests.budgets import PERCENTILES, Measured, breaches, read_budgets
from loadtests.outcome import OUTCOME_NAME, Outcome
from loadtests.people.visitor import SETTINGS, cache_answers
from loadtests.users import Clerk, Hostile, Importer, Reader, Shopper

__all__ = ["Clerk", "Course", "Hostile", "Importer", "Reader", "Shopper"]

_COURSE = SETTINGS.course()
_BUDGETS = read_budgets(SETTINGS.budgets, SETTINGS.shape)
_ARRIVALS_PER_S = 1_000.0
_HITS = ("HIT-LOCAL", "HIT-SHARED", "STALE")


class Course(LoadTestShape):
    """The chosen shape. What happens before its counted part is forgotten."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._counting = False

    def tick(self) -> tuple[int, float] | None:
        second: float = self.get_run_time()  # type: ignore[no-untyped-call]
        if not self._counting and second >= _COURSE.counted_from * _COURSE.seconds:
            self._counting = True
            if _COURSE.counted_from and self.runner is not None:
                self.runner.stats.reset_all()
                cache_answers.clear()
        users = _COURSE.users_at(second)
        return None if users is None else (max(users, len(_COURSE.people)), _ARRIVALS_PER_S)


def finish(environment: Any, **_: Any) -> None:
    measured = [_measured(entry) for entry in environment.stats.entries.values()]
    broken_users = sum(error["count"] for error in environment.runner.exceptions.values())
    asked = sum(cache_answers.values()) - cache_answers["none"]
    hits = sum(cache_answers[tier] for tier in _HITS)
    outcome = Outcome(
        shape=SETTINGS.shape,
        users=_COURSE.users,
        seconds=_COURSE.seconds,
        hit_share=hits / asked if asked else None,
        routes=tuple(measured),
    )
    broken = breaches(_BUDGETS, measured, broken_users=broken_users, hit_share=outcome.hit_share)
    folder = Path(os.environ.get("LOADTEST_REPORTS") or SETTINGS.reports)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OUTCOME_NAME).write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
    if outcome.hit_share is not None:
        print(f"The cache answered {outcome.hit_share:.1%} of the reads: {dict(cache_answers)}")
    for line in broken:
        print(f"Over budget: {line}")
    if not broken:
        print("Every budget was kept.")
    environment.process_exit_code = 1 if broken else 0


def _measured(entry: Any) -> Measured:
    percentiles = {name: entry.get_response_time_percentile(share) for name, share in PERCENTILES.items()}
    return Measured(route=entry.name, requests=entry.num_requests, failures=entry.num_failures, **percentiles)


events.quitting.add_listener(finish)  # type: ignore[no-untyped-call]
