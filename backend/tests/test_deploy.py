"""The alert rules and the dashboard ask for figures that there are, and every alert is explained."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from catalogue.jobs.queue import RUN_IMPORT
from catalogue.worker.metrics import begin_at_nothing

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"] for panel in PANELS for target in panel["targets"]
]
_SELECTOR = re.compile(r"(catalogue_\w+)(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"by \(([^)]*)\)")


@pytest.fixture
async def exposed(client: httpx.AsyncClient) -> dict[str, set[str]]:
    """Each name in /metrics, a worker's among them, with the labels that it has or may have."""
    await client.get("/products/1")
    begin_at_nothing(RUN_IMPORT)
    text = (await client.get("http://catalogue/metrics")).text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        found.setdefault(family.name if family.type != "counter" else f"{family.name}_total", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def test_every_figure_and_label_that_is_asked_for_is_exposed(exposed: dict[str, set[str]]) -> None:
    assert len(EXPRESSIONS) > 20
    for expression in EXPRESSIONS:
        names = _SELECTOR.findall(re.sub(_GROUPED, "", expression))
        for name, selected in names:
            assert name in exposed, expression
            labels = set(re.findall(r"(\w+)=", selected))
            if exposed[name]:
                assert labels <= exposed[name], expression
                if len(names) == 1:
                    assert grouped(expression) <= exposed[name], expression


def grouped(expression: str) -> set[str]:
    return {label.strip() for group in _GROUPED.findall(expression) for label in group.split(",")}


async def test_places_of_the_page_ask_for_what_there_is(exposed: dict[str, set[str]]) -> None:
    asked = re.findall(r'"(catalogue_\w+)"', (ROOT / "frontend" / "src" / "data" / "metrics.ts").read_text())
    assert asked
    assert [name for name in asked if name not in exposed] == []


def test_every_alert_is_explained() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in page] == []


def test_rules_are_rules() -> None:
    """By Prometheus' own tool where it is installed; what every machine can see is looked at everywhere."""
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert re.fullmatch(r"\d+[smh]", rule["for"])
        assert rule["annotations"]["summary"]
        assert rule["expr"].count("(") == rule["expr"].count(")")
    if promtool := shutil.which("promtool"):
        for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
            ran = subprocess.run(
                [promtool, *command], cwd=DEPLOY, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr


def test_our_containers_write_nothing_but_data_and_have_no_privileges() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("migrate", "api", "worker", "web"):
        service = services[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for file, user in (("backend/Dockerfile", "catalogue"), ("frontend/Dockerfile", "node")):
        assert f"\nUSER {user}\n" in (ROOT / file).read_text(), file
