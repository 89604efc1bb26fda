"""The page's own tests, each file of them run in a real browser; its style, types and contract."""

import os
import subprocess
from pathlib import Path

import pytest

from catalogue.running.web_build import FRONTEND, environment
from tests.web.conftest import PASSWORD, Site

SPECS = sorted(path.name.removesuffix(".spec.ts") for path in (FRONTEND / "tests").glob("*.spec.ts"))
DEADLINE_SECONDS = 420


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


@pytest.mark.parametrize("spec", SPECS)
def test_in_the_browser(spec: str, site: Site) -> None:
    result = node(
        ["npx", "playwright", "test", f"tests/{spec}.spec.ts"],
        BASE_URL=site.url,
        ADMIN_KEY=site.admin_key,
        USER_PASSWORD=PASSWORD,
        CHROMIUM=site.chromium,
    )
    assert result.returncode == 0, result.stdout[-4000:]


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
