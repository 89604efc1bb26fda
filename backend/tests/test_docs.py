"""What the documentation says is true: commands, files, settings, links and error codes exist."""

import re
from pathlib import Path

import pytest

from catalogue import errors
from catalogue.cli import commands
from catalogue.db.migrating import MIGRATIONS

ROOT = MIGRATIONS.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
names = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if not link.startswith("https://"):
            assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b(?![a-z ]*[.;])", _code(page))) <= targets


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_commands_exist(page: Path) -> None:
    used = set(re.findall(r"\bcatalogue ([a-z]+)\b", _code(page)))
    assert used <= set(commands.list_commands(None))  # type: ignore[arg-type]


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`((?:backend|migrations|loadtests|docs)/[\w./-]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists() and "reports" not in name] == []


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 90


def test_tree_of_errors_is_drawn_as_it_is() -> None:
    kinds = {
        kind.__name__: kind.status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CatalogueError)
    }
    drawn = dict(re.findall(r"[├└]── (\w+)\s+(\d{3})", errors.__doc__ or ""))
    assert {name: int(status) for name, status in drawn.items()} == {
        name: status for name, status in kinds.items() if name != "CatalogueError"
    }


def _code(page: Path) -> str:
    text = page.read_text()
    return "\n".join([*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"`([^`\n]+)`", text)])
