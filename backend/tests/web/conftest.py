"""The page beside a real API with real data, as `catalogue run` serves both."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from catalogue.running import web_build
from tests.running.installation import Installation, free_port
from tests.web.browser import chromium
from tests.web.playwright import SPECS, Outcome, play

PRODUCTS = 100_000
ORDERS = 2_000


PASSWORD = "four words of a sentence"
USERS = ("viewer", "clerk", "editor")
"""Each has the role of its name."""


@dataclass(frozen=True)
class Site:
    url: str
    admin_key: str
    chromium: str


@pytest.fixture(scope="session")
def built() -> None:
    """The page's packages and bundle; without Node.js the tests are left out, except where nothing may be."""
    obstacle = web_build.obstacle()
    if obstacle and os.environ.get("CI") != "true":
        pytest.skip(obstacle)
    assert not obstacle
    web_build.build()


@pytest.fixture(scope="session")
def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation of its own; or what runs at WEB_URL, with as many rows as that has."""
    if running := os.environ.get("WEB_URL"):
        yield Site(url=running, admin_key=os.environ["ADMIN_KEY"], chromium=chromium())
        return
    web_port = free_port()
    installation = Installation(
        tmp_path_factory.mktemp("site"),
        WEB="auto",
        WEB_PORT=str(web_port),
        SEED_PRODUCTS=str(PRODUCTS),
        SEED_ORDERS=str(ORDERS),
        LOG_REQUESTS="false",
    )
    with installation.running() as run:
        for name in USERS:
            made = installation.command("user", "create", name, "--role", name, "--password", PASSWORD)
            assert made.returncode == 0, made.stderr
        run.wait_for(f"http://localhost:{web_port}")
        yield Site(
            url=f"http://127.0.0.1:{web_port}",
            admin_key=installation.key["X-API-Key"],
            chromium=chromium(),
        )


@pytest.fixture(scope="session")
def outcome(site: Site, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What the files of tests gave that this run of pytest is to show."""
    parameters = (getattr(item, "callspec", None) for item in request.session.items)
    chosen = {each.params.get("spec") for each in parameters if each}
    return play(
        [spec for spec in SPECS if spec in chosen],
        tmp_path_factory.mktemp("playwright") / "report.json",
        BASE_URL=site.url,
        ADMIN_KEY=site.admin_key,
        USER_PASSWORD=PASSWORD,
        CHROMIUM=site.chromium,
    )
