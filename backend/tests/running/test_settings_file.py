"""`.env.example` and docker-compose.yml against the settings in the code."""

import re
from pathlib import Path
from typing import get_type_hints

import yaml
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from catalogue.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
GROUPS: tuple[type[BaseSettings], ...] = tuple(get_type_hints(Settings).values())
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(
        re.match(r"#?([A-Z_]+)=(.*)", line).groups() for line in lines if re.match(r"#?[A-Z_]+=", line)
    )


def defaults() -> dict[str, object]:
    fields = {name: field for group in GROUPS for name, field in group.model_fields.items()}
    return {name.upper(): field.default for name, field in fields.items()}


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert documented().keys() - COMPOSE_ONLY == defaults().keys()


def test_documented_values_are_the_defaults() -> None:
    assert PydanticUndefined not in defaults().values()
    assert {name: documented()[name] for name in defaults()} == {
        name: as_written(value) for name, value in defaults().items()
    }


def as_written(default: object) -> str:
    """A default as a person writes it in the environment."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple | frozenset):
        return ",".join(sorted(default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_compose_sets_only_what_exists() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("migrate", "api", "worker"):
        assert services[name]["environment"].keys() <= defaults().keys()


def test_compose_asks_only_for_what_is_documented() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked <= documented().keys()
    assert asked >= COMPOSE_ONLY


def test_compose_publishes_the_api_and_the_page_only() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["api", "web"]
