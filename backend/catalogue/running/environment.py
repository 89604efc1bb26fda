"""The project's Python environment: `.venv` in the clone, with exactly the packages of a lock file.

Runs before any package is installed, so it uses the standard library only.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

_ROOT = Path(__file__).resolve().parents[3]
_VENV = _ROOT / ".venv"
_PYTHON = _VENV / "bin" / "python"
_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_UNFINISHED = _VENV / "unfinished"
_NETWORK_SIGNS = (
    "NameResolutionError",
    "Failed to establish a new connection",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyError",
    "from versions: none",
)


class SetupError(Exception):
    """The environment cannot be made; the text is one line for the person at the terminal."""


def main(arguments: list[str]) -> int | str:
    dev = arguments[:1] == ["--dev"]
    command = arguments[1:] if dev else arguments
    if not command:
        return "usage: bootstrap.py [--dev] COMMAND [ARGUMENT...]"
    try:
        ensure_environment(dev=dev)
        execute(command)
    except (SetupError, OSError) as error:
        return _explain(error)
    except KeyboardInterrupt:
        return 130


def ensure_environment(*, dev: bool) -> None:
    """Install what the lock says, unless a stamp says that it is installed."""
    if _is_installed(dev=dev):
        return
    with _one_at_a_time():
        if not _is_installed(dev=dev):
            _install(dev=dev)


def execute(command: list[str]) -> NoReturn:
    """Become `command`, with the environment's programs first."""
    environment = dict(os.environ, VIRTUAL_ENV=str(_VENV))
    environment["PATH"] = f"{_VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    for name in ("PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):  # compiled modules make the next start quick
        environment.pop(name, None)
    os.chdir(_ROOT)
    os.execvpe(command[0], command, environment)  # noqa: S606 - the command is the caller's


def _is_installed(*, dev: bool) -> bool:
    """Whether a stamp is there and right; the development packages include the others."""
    return _PYTHON.exists() and any(_read(_stamp(dev=kind)) == _fingerprint(dev=kind) for kind in {dev, True})


def _stamp(*, dev: bool) -> Path:
    return _VENV / ("installed-dev" if dev else "installed")


def _fingerprint(*, dev: bool) -> str:
    """What an installation depends on: the lock, the Python and the folder, for paths are written into it."""
    digest = hashlib.sha256(_lock(dev=dev).read_bytes()).hexdigest()
    return f"{_ROOT}\n{_PYTHON_VERSION} {digest}\n"


def _lock(*, dev: bool) -> Path:
    return _ROOT / ("requirements-dev.lock" if dev else "requirements.lock")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _install(*, dev: bool) -> None:
    """Make the environment and fill it; interrupted, it stays marked as unfinished and is made afresh next time."""
    count = sum("==" in line for line in _lock(dev=dev).read_text().splitlines())
    sys.stderr.write(f"Installing {count} packages into {_VENV.name} (only when they change) ...\n")
    if _UNFINISHED.exists() or _has_moved() or not _has_right_python():
        _create()
    for kind in (False, True):
        _stamp(dev=kind).unlink(missing_ok=True)
    _UNFINISHED.touch()
    _pip("install", "--require-hashes", "--requirement", str(_lock(dev=dev)))
    _link_project()
    _UNFINISHED.unlink()
    _stamp(dev=dev).write_text(_fingerprint(dev=dev))


def _has_moved() -> bool:
    """Whether the folder was moved since: an environment's programs hold its path."""
    places = {_read(_stamp(dev=kind)).partition("\n")[0] for kind in (False, True)}
    return not places <= {"", str(_ROOT)}


def _has_right_python() -> bool:
    """Whether `.venv` holds the Python version that runs this, with pip."""
    check = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        return subprocess.run([_PYTHON, "-c", check], capture_output=True, check=False).returncode == 0  # noqa: S603 - as given
    except OSError:
        return False


def _create() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
        import venv  # noqa: PLC0415 - as above
    except ImportError:
        raise SetupError(
            "Python's venv module is missing: install it "
            f"(on Debian or Ubuntu: apt install python{_PYTHON_VERSION}-venv)."
        ) from None
    if _VENV.exists():
        shutil.rmtree(_VENV)
    _VENV.mkdir()
    _UNFINISHED.touch()
    try:
        venv.create(_VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        raise SetupError(_explain_pip(str(error.output))) from error


def _pip(*arguments: str) -> None:
    """Run pip quietly; the index and everything else about it follow its own configuration."""
    command = [str(_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", *arguments]
    process = subprocess.run(  # noqa: S603 - pip with our own arguments
        command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True, check=False
    )
    if process.returncode != 0:
        raise SetupError(_explain_pip(process.stderr))


def _link_project() -> None:
    """Put the package on the environment's path, and the program `catalogue` beside its Python."""
    site_packages = next((_VENV / "lib").glob("python3.*/site-packages"))
    (site_packages / "catalogue.pth").write_text(f"{_ROOT / 'backend'}\n")
    program = _VENV / "bin" / "catalogue"
    program.write_text('#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m catalogue.cli "$@"\n')
    program.chmod(0o755)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold off a second installation into the same folder. The lock is on this file: nothing is left behind."""
    with Path(__file__).open() as this_file:
        fcntl.flock(this_file, fcntl.LOCK_EX)
        yield


def _explain_pip(output: str) -> str:
    if "No space left on device" in output:
        return f"The disk that holds {_VENV} is full: free some space and run the command again."
    if any(sign in output for sign in _NETWORK_SIGNS):
        return "The packages could not be fetched: check the network (or pip's index configuration) and run again."
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in output:
        return (
            "A package does not match its hash in the lock file, so nothing was installed: check pip's index."
        )
    lines = [line for line in output.splitlines() if line.startswith("ERROR")] or output.splitlines()[-1:]
    return f"pip could not install the packages: {' '.join(lines[:1])}"


def _explain(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"Cannot use {error.filename}: {error.strerror}."
    return str(error)
