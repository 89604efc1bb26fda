"""Budgets of a load test: which kinds of requests were too slow, and whether too many failed."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PERCENTILE = 0.95
PROJECT_BUDGETS = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of request over the whole run; times in milliseconds."""

    route: str
    requests: int
    failures: int
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Budgets:
    """`p95_ms` is the exclusive limit of every route that has none of its own in `routes`."""

    p95_ms: float
    error_share: float
    routes: dict[str, float] = field(default_factory=dict)

    def limit_ms(self, route: str) -> float:
        return self.routes.get(route, self.p95_ms)


def read_budgets(path: Path) -> Budgets:
    """Read a budget file. Raises ValueError for one with an unknown or missing entry, OSError when there is none."""
    found = tomllib.loads(path.read_text())
    try:
        return Budgets(**found)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from None


def breaches(budgets: Budgets, measured: Iterable[Measured], *, broken_users: int = 0) -> list[str]:
    """One line for every budget that was not kept.

    A run without a single request keeps none, and neither does one whose users broke down over an answer.
    """
    routes = [route for route in measured if route.requests]
    if not routes:
        return ["no request was made"]
    slow = [
        f"{route.route}: p95 {route.p95_ms:.0f} ms, not under {budgets.limit_ms(route.route):g} ms"
        for route in routes
        if route.p95_ms >= budgets.limit_ms(route.route)
    ]
    requests, failures = sum(route.requests for route in routes), sum(route.failures for route in routes)
    if failures > budgets.error_share * requests:
        slow.append(f"{failures} of {requests} requests failed, allowed: {budgets.error_share:.1%}")
    if broken_users:
        slow.append(f"{broken_users} users met an answer that they could not read: see the log above")
    return slow
