"""What Locust loads: the users, and the budgets that decide its exit code."""

import os
from pathlib import Path
from typing import Any

from locust import events

from loadtests.budgets import PERCENTILE, PROJECT_BUDGETS, Measured, breaches, read_budgets
from loadtests.users import Shopper

__all__ = ["Shopper"]

_BUDGETS = read_budgets(Path(os.environ.get("LOADTEST_BUDGETS") or PROJECT_BUDGETS))


def set_exit_code(environment: Any, **_: Any) -> None:
    broken_users = sum(error["count"] for error in environment.runner.exceptions.values())
    broken = breaches(_BUDGETS, _measured(environment.stats), broken_users=broken_users)
    for line in broken:
        print(f"Over budget: {line}")
    if not broken:
        print("Every budget was kept.")
    environment.process_exit_code = 1 if broken else 0


def _measured(stats: Any) -> list[Measured]:
    return [
        Measured(
            route=entry.name,
            requests=entry.num_requests,
            failures=entry.num_failures,
            p95_ms=entry.get_response_time_percentile(PERCENTILE),
        )
        for entry in stats.entries.values()
    ]


events.quitting.add_listener(set_exit_code)  # type: ignore[no-untyped-call]
