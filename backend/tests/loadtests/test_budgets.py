from dataclasses import replace
from pathlib import Path

import pytest

from loadtests.budgets import PROJECT_BUDGETS, Budgets, Measured, breaches, read_budgets

BUDGETS = Budgets(p95_ms=100, error_share=0.0, routes={"export": {"p95_ms": 500}})


def measured(route: str = "list", *, p95_ms: float = 50, requests: int = 100, failures: int = 0) -> Measured:
    return Measured(
        route=route, requests=requests, failures=failures, p50_ms=p95_ms / 2, p95_ms=p95_ms, p99_ms=p95_ms * 2
    )


def test_fast_routes_without_failures_keep_the_budget() -> None:
    assert breaches(BUDGETS, [measured(p95_ms=99), measured("detail")]) == []


def test_a_route_at_its_limit_is_over_it() -> None:
    assert breaches(BUDGETS, [measured(p95_ms=100)]) == ["list: p95 100 ms, not under 100 ms"]


def test_one_slow_route_is_not_hidden_by_fast_ones() -> None:
    assert len(breaches(BUDGETS, [measured(p95_ms=101), *[measured("detail", p95_ms=1)] * 20])) == 1


def test_a_route_has_its_own_limit() -> None:
    assert breaches(BUDGETS, [measured("export", p95_ms=499)]) == []
    assert len(breaches(BUDGETS, [measured("export", p95_ms=500)])) == 1


def test_a_single_failure_is_over_a_budget_of_none() -> None:
    assert breaches(BUDGETS, [measured(failures=1)]) == ["1 failures in 100 requests, allowed: 0.0%"]


def test_failures_within_their_share_are_allowed() -> None:
    assert breaches(Budgets(p95_ms=100, error_share=0.1), [measured(failures=1)]) == []


def test_a_run_without_requests_keeps_no_budget() -> None:
    assert breaches(BUDGETS, [measured(requests=0)]) == ["no request was made"]


def test_users_who_break_down_are_over_budget() -> None:
    assert len(breaches(BUDGETS, [measured()], broken_users=2)) == 1


def test_each_percentile_has_its_limit() -> None:
    budgets = Budgets(p50_ms=10, p99_ms=50)
    assert breaches(budgets, [measured(p95_ms=30)]) == [
        "list: p50 15 ms, not under 10 ms",
        "list: p99 60 ms, not under 50 ms",
    ]


def test_the_slowest_of_a_few_is_no_percentile() -> None:
    budgets = Budgets(p50_ms=10, p95_ms=10, p99_ms=10)
    assert [len(breaches(budgets, [measured(requests=number)])) for number in (1, 2, 19, 20, 99, 100)] == [
        0,
        1,
        1,
        2,
        2,
        3,
    ]


def test_too_few_answers_from_the_cache_are_over_budget() -> None:
    assert breaches(Budgets(hit_share=0.9), [measured()], hit_share=0.91) == []
    assert len(breaches(Budgets(hit_share=0.9), [measured()], hit_share=0.89)) == 1


def test_refusals_are_held_to_a_budget_of_their_own() -> None:
    busy = replace(measured(), refusals=5)
    assert breaches(BUDGETS, [busy]) == ["5 refusals in 100 requests, allowed: 0.0%"]
    assert breaches(Budgets(refusal_share=0.5), [busy]) == []


def test_throughput_that_falls_is_over_budget() -> None:
    assert breaches(Budgets(held_share=0.9), [measured()], held_share=0.9) == []
    assert len(breaches(Budgets(held_share=0.9), [measured()], held_share=0.89)) == 1
    assert len(breaches(Budgets(held_share=0.9), [measured()], held_share=None)) == 1


def test_the_project_allows_100_ms_and_no_errors() -> None:
    budgets = read_budgets(PROJECT_BUDGETS, "smoke")
    assert (budgets.p95_ms, budgets.error_share) == (100, 0)


def test_a_shape_changes_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "budgets.toml"
    file.write_text("p95_ms = 100\n[shapes.steady]\np95_ms = 25\n[shapes.steady.routes.export]\np99_ms = 9\n")
    assert read_budgets(file, "smoke") == Budgets(p95_ms=100)
    assert read_budgets(file, "steady") == Budgets(p95_ms=25, routes={"export": {"p99_ms": 9}})


@pytest.mark.parametrize(
    "text", ["p98_ms = 1\n", "[routes.list]\np98_ms = 1\n", "[shapes.steady]\np98_ms = 1\n"]
)
def test_a_misspelt_budget_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "budgets.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match="p98_ms"):
        read_budgets(file, "smoke")
