"""The alert rules and the dashboard ask for figures that there are, and every alert is explained."""

import json
import re
from pathlib import Path

import yaml
from prometheus_client import generate_latest

from catalogue.edge.metrics import observe_request

ROOT = Path(__file__).resolve().parents[2]
RULES = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]


def test_every_figure_that_is_asked_for_is_exposed() -> None:
    observe_request("GET", "/health", 200, 0.001)
    exposed = generate_latest().decode()
    panels = json.loads((ROOT / "deploy" / "dashboard.json").read_text())["panels"]
    asked = [rule["expr"] for rule in RULES]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"catalogue_\w+", expression)}
    assert named
    assert [name for name in named if name not in exposed] == []


def test_every_alert_is_explained() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in page] == []


def test_our_containers_write_nothing_but_data_and_have_no_privileges() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in ("migrate", "api", "worker", "web"):
        service = services[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for file, user in (("backend/Dockerfile", "catalogue"), ("frontend/Dockerfile", "node")):
        assert f"\nUSER {user}\n" in (ROOT / file).read_text(), file
