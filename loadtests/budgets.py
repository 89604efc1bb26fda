"""Budgets of a load test: which kinds of requests were too slow, and whether too many failed."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PERCENTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}
_ROUNDING = 1e-9
PROJECT_BUDGETS = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of request over the whole run; times in milliseconds.

    `refusals` are answers 429 and 503 that say when to come back; they are no failures.
    """

    route: str
    requests: int
    failures: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits in milliseconds are exclusive and hold for every route that has none of its own in `routes`.

    `refusal_share` is the most that may be refused because there is too much to do, `hit_share` the least share of
    reads that the cache must answer, `held_share` the least part of the peak throughput that must be left with three
    times the users of the peak; `memory_growth` and `connection_growth` are the most that the server's memory and
    connections may grow from the second quarter of the run to the last.
    """

    p50_ms: float = float("inf")
    p95_ms: float = float("inf")
    p99_ms: float = float("inf")
    error_share: float = 0.0
    refusal_share: float = 0.0
    hit_share: float = 0.0
    held_share: float = 0.0
    memory_growth: float = float("inf")
    connection_growth: float = float("inf")
    routes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def limit_ms(self, route: str, percentile: str) -> float:
        own = self.routes.get(route, {})
        return float(own.get(percentile, getattr(self, percentile)))


def read_budgets(path: Path, shape: str) -> Budgets:
    """Read the budgets of a shape: those at the top of the file, changed by the table `[shapes.<name>]`.

    Raises ValueError for a file with an unknown entry, OSError when there is none.
    """
    found = tomllib.loads(path.read_text())
    shapes = found.pop("shapes", {})
    _check(path, found, known={item.name for item in fields(Budgets)})
    for routes in (found.get("routes", {}), *(own.get("routes", {}) for own in shapes.values())):
        for own in routes.values():
            _check(path, own, known=PERCENTILES.keys())
    for own in shapes.values():
        _check(path, own, known={item.name for item in fields(Budgets)})
    common, own = Budgets(**found), shapes.get(shape, {})
    return replace(common, **{**own, "routes": {**common.routes, **own.get("routes", {})}})


def breaches(
    budgets: Budgets,
    measured: Iterable[Measured],
    *,
    broken_users: int = 0,
    hit_share: float | None = None,
    held_share: float | None = None,
) -> list[str]:
    """One line for every budget that was not kept.

    A run without a single request keeps none, and neither does one whose users broke down over an answer.
    """
    routes = [route for route in measured if route.requests]
    if not routes:
        return ["no request was made"]
    broken = [line for route in routes for line in _slow(budgets, route)]
    requests = sum(route.requests for route in routes)
    for what, allowed in (("failures", budgets.error_share), ("refusals", budgets.refusal_share)):
        count = sum(getattr(route, what) for route in routes)
        if count > allowed * requests:
            broken.append(f"{count} {what} in {requests} requests, allowed: {allowed:.1%}")
    if broken_users:
        broken.append(f"{broken_users} users met an answer that they could not read: see the log above")
    if hit_share is not None and hit_share < budgets.hit_share:
        broken.append(f"{hit_share:.1%} of the reads came from the cache, wanted: {budgets.hit_share:.1%}")
    if budgets.held_share and held_share is None:
        broken.append(
            "never were there three times the users that saturate the server, rather than the load generator"
        )
    if held_share is not None and held_share < budgets.held_share:
        broken.append(f"{held_share:.0%} of the peak throughput was left, wanted: {budgets.held_share:.0%}")
    return broken


def _slow(budgets: Budgets, route: Measured) -> list[str]:
    """A percentile of so few requests that it is the slowest of them says nothing about the others."""
    return [
        f"{route.route}: {name.removesuffix('_ms')} {measured_ms:.0f} ms, not under {limit_ms:g} ms"
        for name, share in PERCENTILES.items()
        if route.requests * (1 - share) >= 1 - _ROUNDING
        and (measured_ms := getattr(route, name)) >= (limit_ms := budgets.limit_ms(route.route, name))
    ]


def _check(path: Path, found: Mapping[str, Any], *, known: Iterable[str]) -> None:
    for name in found.keys() - set(known):
        raise ValueError(f"{path}: there is no budget '{name}'")
