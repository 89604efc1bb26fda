"""The page's own tests, each file of them run in a real browser; its style, types and contract."""

import os
from pathlib import Path

import pytest

from catalogue.running.web_build import FRONTEND
from tests.web.playwright import SPECS, Outcome, node


@pytest.mark.parametrize("spec", SPECS)
def test_in_the_browser(spec: str, outcome: Outcome) -> None:
    assert outcome.passed[spec] > 0, f"no test of {spec} was run:\n{outcome.output[-2000:]}"
    assert outcome.failed[spec] == []


def test_style_and_types(built: None) -> None:
    result = node(["npm", "run", "--silent", "lint"])
    assert result.returncode == 0, result.stdout[-2000:]


def test_types_are_those_of_the_api(built: None, tmp_path: Path) -> None:
    made = tmp_path / "schema.d.ts"
    contract = os.path.relpath(FRONTEND.parent / "backend" / "openapi.json", FRONTEND)
    result = node(["npx", "openapi-typescript", contract, "--output", str(made)])
    assert result.returncode == 0, result.stdout[-2000:]
    assert made.read_text() == (FRONTEND / "src" / "data" / "schema.d.ts").read_text(), (
        "the API has changed: run `make web-types`"
    )


def test_files_are_small() -> None:
    sources = [
        path
        for folder in ("src", "server", "tests", "bench")
        for path in (FRONTEND / folder).rglob("*")
        if path.is_file()
    ]
    long = {
        str(path.relative_to(FRONTEND)): lines
        for path in sources
        if path.name != "schema.d.ts" and (lines := len(path.read_text().splitlines())) > 250
    }
    assert long == {}
