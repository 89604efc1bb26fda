from pathlib import Path

import orjson
import pytest

from loadtests.benchmarks.publish import DOCUMENTS, published
from loadtests.benchmarks.report import Comparison, markdown, write_reports
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


def test_the_reports_hold_every_contestant(tmp_path: Path) -> None:
    written = write_reports([comparison(0.7)], tmp_path / "reports")
    standings = orjson.loads(written.read_bytes())["comparisons"][0]["standings"]
    assert [standing["name"] for standing in standings] == ["bare", "the API"]
    assert (tmp_path / "reports" / "benchmarks.md").read_text().count("first page") == 2


def test_a_table_takes_the_place_of_the_last_one() -> None:
    text = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter"
    assert published(text, "a", "new") == "before\n<!-- a -->\nnew\n<!-- end of a -->\nafter"
    with pytest.raises(ValueError, match="no place for 'b'"):
        published(text, "b", "new")


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_every_table_has_a_place(name: str, document: Path) -> None:
    assert "the table" in published((Path(__file__).parents[3] / document).read_text(), name, "the table")
