"""Emptying all caches of a server while it is under load."""

import subprocess
import sys
from pathlib import Path

_PROJECT = Path(__file__).parents[1]
_SECONDS = 60


def empty_caches() -> None:
    """Wait for `catalogue cache clear` on the databases that the environment names. Raises CalledProcessError."""
    command = [sys.executable, "-m", "catalogue.cli", "cache", "clear"]
    subprocess.run(command, cwd=_PROJECT, check=True, timeout=_SECONDS, stdout=subprocess.DEVNULL)
