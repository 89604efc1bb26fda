"""Running the page's tests: one Playwright with one browser for all files, which starts slower than many of them run."""

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalogue.running.web_build import FRONTEND, environment

SPECS = sorted(path.name.removesuffix(".spec.ts") for path in (FRONTEND / "tests").glob("*.spec.ts"))
DEADLINE_SECONDS = 1500


@dataclass(frozen=True)
class Outcome:
    passed: Counter[str]
    """Tests that passed, by the file they are in."""
    failed: defaultdict[str, list[str]]
    """The names of those that did not, each with its errors."""
    output: str


def node(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=FRONTEND,
        env={**environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def play(specs: list[str], report: Path, **settings: str) -> Outcome:
    """Run these files of tests; `report` is where Playwright writes what each of them gave."""
    files = [f"tests/{spec}.spec.ts" for spec in specs]
    result = node(
        ["npx", "playwright", "test", "--reporter=list,json", *files],
        PLAYWRIGHT_JSON_OUTPUT_FILE=str(report),
        **settings,
    )
    assert report.exists(), result.stdout[-4000:]
    outcome = Outcome(Counter(), defaultdict(list), result.stdout)
    for test, spec in _tests(json.loads(report.read_text())["suites"]):
        if test["ok"]:
            outcome.passed[spec] += 1
        else:
            outcome.failed[spec].append(f"{test['title']}: {_errors(test)}")
    assert result.returncode == 0 or outcome.failed, result.stdout[-4000:]
    return outcome


def _tests(suites: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for suite in suites:
        for test in suite["specs"]:
            yield test, Path(suite["file"]).name.removesuffix(".spec.ts")
        yield from _tests(suite.get("suites", []))


def _errors(test: dict[str, Any]) -> str:
    results = [result for run in test["tests"] for result in run["results"]]
    return "\n".join(error["message"] for result in results for error in result["errors"])
