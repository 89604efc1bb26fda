import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from loadtests.budgets import Measured
from loadtests.outcome import Outcome, differences, read_outcome

PROJECT = Path(__file__).parents[3]


def outcome(*routes: Measured) -> Outcome:
    return Outcome(shape="smoke", users=1, seconds=1, hit_share=None, routes=routes)


def measured(route: str = "list", *, p95_ms: float = 10, failures: int = 0) -> Measured:
    return Measured(route=route, requests=100, failures=failures, p50_ms=1, p95_ms=p95_ms, p99_ms=p95_ms)


def worse(before: Measured, after: Measured) -> bool:
    [difference] = differences(outcome(before), outcome(after))
    return difference.is_worse


def test_a_run_that_is_slower_by_half_is_worse() -> None:
    assert worse(measured(p95_ms=20), measured(p95_ms=30))


def test_a_few_milliseconds_are_noise() -> None:
    assert not worse(measured(p95_ms=2), measured(p95_ms=6))


def test_new_failures_are_worse() -> None:
    assert worse(measured(), measured(failures=1))


def test_only_requests_of_both_runs_are_compared() -> None:
    assert differences(outcome(measured("list")), outcome(measured("detail"))) == []


@pytest.mark.parametrize(("later_ms", "exit_code"), [(10, 0), (100, 1)])
def test_the_command_prints_both_runs_and_tells_by_its_exit_code(
    tmp_path: Path, later_ms: float, exit_code: int
) -> None:
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, p95_ms in zip(files, (10, later_ms), strict=True):
        file.write_bytes(orjson.dumps(outcome(measured(p95_ms=p95_ms))))
    finished = subprocess.run(
        [sys.executable, "-m", "loadtests.outcome", *files],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == exit_code
    assert "| list | 10 |" in finished.stdout


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text('{"routes": [{}]}')
    with pytest.raises(ValueError, match=r"other\.json"):
        read_outcome(file)
