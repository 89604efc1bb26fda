"""The browser for the tests of the page: one that is here, or else one that is installed now."""

import os
import subprocess

from catalogue.running.web_build import FRONTEND, environment
from tests.programs import program

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The path of a Chromium; empty for Playwright's own, which is fetched when nothing else is here."""
    if found := os.environ.get("CHROMIUM") or program(*_NAMES, package="chromium"):
        return found
    result = subprocess.run(
        ["npx", "playwright", "install", "chromium"],
        cwd=FRONTEND,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert result.returncode == 0, f"no browser is here and none could be installed:\n{result.stderr[-600:]}"
    return ""
