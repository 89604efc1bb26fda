"""The browser for the tests of the page: one that is here, or else one that is installed now."""

import os
import shutil
import subprocess
from pathlib import Path

from catalogue.running.web_build import FRONTEND, environment

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The path of a Chromium; empty for Playwright's own, which is fetched when nothing else is here."""
    found = os.environ.get("CHROMIUM") or _installed()
    if found:
        return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, capture_output=True, check=False, timeout=600)
        if found := _installed():
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


def _installed() -> str:
    return next((path for name in _NAMES if (path := shutil.which(name)) and Path(path).exists()), "")
