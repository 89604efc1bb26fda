from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import orjson
import pytest

from loadtests.benchmarks.publish import DOCUMENTS, published
from loadtests.benchmarks.report import (
    Comparison,
    Part,
    markdown,
    measured_now,
    newest,
    parts_markdown,
    read_parts,
    write_reports,
)
from loadtests.benchmarks.rounds import Standing


def comparison(ratio: float) -> Comparison:
    standings = [
        Standing(name, requests_per_s=1_000 * share, ratio=share, p50_ms=5, p99_ms=9, cpu_us=300, goal=goal)
        for name, share, goal in (("bare", 1.0, None), ("the API", ratio, 0.5))
    ]
    return Comparison("first page", standings)


def test_a_ratio_at_its_goal_reaches_it() -> None:
    assert not comparison(0.5).missed
    assert "≥ 0.5: reached" in markdown([comparison(0.5)])


def test_a_ratio_under_its_goal_misses_it() -> None:
    assert comparison(0.49).missed
    assert "≥ 0.5: missed" in markdown([comparison(0.49)])


def part(ratio: float) -> Part:
    return measured_now([comparison(ratio)], load_before=0.4)


def test_the_reports_hold_every_contestant(tmp_path: Path) -> None:
    written = write_reports({"miss": part(0.7)}, tmp_path / "reports")
    standings = orjson.loads(written.read_bytes())["miss"]["comparisons"][0]["standings"]
    assert [standing["name"] for standing in standings] == ["bare", "the API"]
    assert (tmp_path / "reports" / "benchmarks.md").read_text().count("first page") == 2


def test_a_part_that_is_measured_alone_leaves_the_others(tmp_path: Path) -> None:
    write_reports({"reads": part(0.7), "miss": part(0.7)}, tmp_path)
    write_reports({"miss": part(0.4)}, tmp_path)
    known = read_parts(tmp_path / "benchmarks.json")
    assert [found.comparisons[0].missed for found in known.values()] == [True, False]
    assert list(known) == ["miss", "reads"]
    assert "| miss | " in parts_markdown(known)


def test_what_was_not_measured_is_no_number_after_reading_either(tmp_path: Path) -> None:
    standing = Standing("pgbench", requests_per_s=9, ratio=1, p50_ms=1, p99_ms=nan, cpu_us=nan)
    write_reports({"reads": measured_now([Comparison("miss", [standing])], load_before=0)}, tmp_path)
    [found] = read_parts(tmp_path / "benchmarks.json")["reads"].comparisons[0].standings
    assert isnan(found.p99_ms)
    assert found.goal is None


def test_the_newest_run_of_a_part_is_published() -> None:
    older, newer = replace(part(0.4), measured_at="2026-01-01"), replace(part(0.7), measured_at="2026-01-02")
    assert newest({"miss": newer, "hit": older}, {"miss": older}) == {"miss": newer, "hit": older}


def test_a_table_takes_the_place_of_the_last_one() -> None:
    text = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter"
    assert published(text, "a", "new") == "before\n<!-- a -->\nnew\n<!-- end of a -->\nafter"
    with pytest.raises(ValueError, match="no place for 'b'"):
        published(text, "b", "new")


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_every_table_has_a_place(name: str, document: Path) -> None:
    assert "the table" in published((Path(__file__).parents[3] / document).read_text(), name, "the table")


@pytest.mark.parametrize("older", ["", "[]", '{"hit": []}', '{"hit": {"comparisons": [1]}}'])
def test_report_of_another_version_does_not_cost_a_run(tmp_path: Path, older: str) -> None:
    (tmp_path / "benchmarks.json").write_text(older)
    assert read_parts(tmp_path / "benchmarks.json") == {}
