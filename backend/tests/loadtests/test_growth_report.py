import math
from pathlib import Path

import orjson

from loadtests.benchmarks.growth_plot import plot_growth
from loadtests.benchmarks.growth_report import ALONE, GOALS, Growth, any_missed, growth_markdown, write_growth
from loadtests.benchmarks.growth_requests import USUAL, new_lists, requests

ASKED = tuple(requests(rows=100_000, in_category=6_000, after_middle="cursor"))


def grown(rows: int, *, slower: float = 1.0, deep: float = 1.2, memory_mb: int = 120) -> Growth:
    factors = {"deep": deep, "facets": 1.5, "search": 3.0, "": 1.0}
    return Growth(
        rows=rows,
        asked=ASKED,
        rounds={each.name: [0.002 * slower * factors[each.held]] * 3 for each in ASKED},
        beside=dict.fromkeys(USUAL, 0.002 * slower),
        usual=dict.fromkeys((*USUAL, f"99.9% by price{ALONE}"), rows / 100000),
        first_request={"first request, all rows": 1.9, "first request, one category": 1.5},
        memory_bytes=memory_mb * 1024**2,
    )


def test_every_goal_is_reached_when_nothing_grows() -> None:
    runs = [grown(size) for size in (100_000, 1_000_000, 10_000_000)]
    assert not any_missed(runs)
    assert "missed" not in growth_markdown(runs)


def test_each_goal_is_missed_by_what_it_is_about() -> None:
    small = grown(100_000)
    for run in (
        grown(1_000_000, deep=1.6),
        grown(1_000_000, slower=1.6),
        grown(1_000_000, memory_mb=201),
        grown(1_000_000, slower=30.0),
    ):
        assert any_missed([small, run])
        assert "missed" in growth_markdown([small, run])


def test_request_without_an_answer_misses_its_goal() -> None:
    run = grown(1_000_000)
    run.rounds["search for a fifth of all, with five facets"] = [math.inf] * 3
    assert any_missed([grown(100_000), run])
    assert "no answer" in growth_markdown([grown(100_000), run])


def test_every_goal_has_a_limit_for_each_size() -> None:
    assert all(len(goal.limits) == 3 and any(goal.limits) for goal in GOALS)


def test_lists_that_nobody_asked_are_asked_once() -> None:
    categories = {f"c{number}": 5_000 + number for number in range(9)} | {"cameras": 6_000}
    lists = [new.address.partition("&offset")[0] for new in new_lists(100_000, categories)]
    measured = {each.address.partition("&offset")[0] for each in ASKED}
    assert len(lists) == len(set(lists))
    assert not measured & set(lists)


def test_reports_and_picture_are_written(tmp_path: Path) -> None:
    runs = [grown(100_000), grown(1_000_000)]
    write_growth(runs, tmp_path / "reports")
    plot_growth(runs, tmp_path / "growth.png")
    assert [run["rows"] for run in orjson.loads((tmp_path / "reports" / "growth.json").read_bytes())] == [
        100_000,
        1_000_000,
    ]
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
