"""Programs that tests need and no registry of packages for Python has: found here, or installed by the system's own means."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SECONDS_TO_INSTALL = 600


def program(*names: str, package: str) -> str:
    """The path of the first of these programs that is here, after an attempt to install the package; empty for none.

    Only root can install, and only where Debian's packages are.
    """
    if (found := _found(names)) or not shutil.which("apt-get") or os.geteuid() != 0:
        return found
    with _one_at_a_time():
        if found := _found(names):
            return found
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run(
                ["apt-get", *command], capture_output=True, check=False, timeout=_SECONDS_TO_INSTALL
            )
    return _found(names)


def required(*names: str, package: str) -> str:
    """The same; where there is none the test is left out and says why, except where nothing may be left out."""
    found = program(*names, package=package)
    reason = f"needs {names[0]}: install {package}"
    if not found and os.environ.get("CI") != "true":
        pytest.skip(reason)
    assert found, reason
    return found


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Tests run in several processes, and the system's own lock makes the second one fail."""
    with (Path(tempfile.gettempdir()) / "catalogue-tests-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _found(names: tuple[str, ...]) -> str:
    return next((path for name in names if (path := shutil.which(name)) and Path(path).exists()), "")
