"""Building the web page: its packages and its bundle, when they are not there as the sources want them.

The page needs Node.js. Where that or the folder `frontend` is missing, the API runs without the page.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"
PROGRAM = FRONTEND / ".next" / "standalone" / "server" / "main.mjs"

_BUILT = FRONTEND / ".next" / "built"
_INSTALLED = FRONTEND / "node_modules" / ".installed"
_LEAST_NODE = (20, 9)
_SOURCES = ("src", "server", "public")
_BUILD_TIMEOUT_S = 900
_QUIET: Mapping[str, str] = {"NEXT_TELEMETRY_DISABLED": "1", "CI": "1"}

Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


class WebBuildError(Exception):
    """The page cannot be built; the text is for the person at the terminal."""


def obstacle() -> str:
    """Why this machine cannot serve the page; empty when it can."""
    if not (FRONTEND / "package.json").exists():
        return "the folder frontend is not here"
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return "Node.js is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the system's Node.js
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < _LEAST_NODE:
        return f"it needs Node.js {'.'.join(map(str, _LEAST_NODE))} or newer; this is {version.strip()}"
    return ""


def is_built() -> bool:
    return PROGRAM.exists() and _read(_BUILT) == fingerprint(_all_sources())


def build(run: Run | None = None) -> None:
    """Install the packages and build, each only when what it depends on has changed.

    `run` starts a command in the folder `frontend` and waits for it.

    Raises:
        WebBuildError: A command failed; the text has its last lines.
    """
    start = run or run_command
    if _read(_INSTALLED) != fingerprint(_packages()):
        _check(start(["npm", "ci", "--no-audit", "--no-fund"]), "The page's packages could not be installed")
        _INSTALLED.write_text(fingerprint(_packages()))
    if not is_built():
        wanted = fingerprint(_all_sources())
        _check(start(["npm", "run", "--silent", "build"]), "The page could not be built")
        _BUILT.write_text(wanted)


def run_command(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - npm with our own arguments
        command,
        cwd=FRONTEND,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_BUILD_TIMEOUT_S,
        check=False,
    )


def environment() -> dict[str, str]:
    """For Node.js programs: nothing is reported to anybody, nothing asks questions."""
    return {**os.environ, **_QUIET}


def fingerprint(files: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(FRONTEND)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _all_sources() -> Iterator[Path]:
    yield from _packages()
    for name in ("next.config.ts", "postcss.config.mjs", "tsconfig.json"):
        yield FRONTEND / name
    for folder in _SOURCES:
        yield from (path for path in (FRONTEND / folder).rglob("*") if path.is_file())


def _packages() -> Iterator[Path]:
    yield from (FRONTEND / name for name in ("package.json", "package-lock.json", ".npmrc"))


def _check(result: "subprocess.CompletedProcess[str]", message: str) -> None:
    if result.returncode != 0:
        last = "\n".join(result.stdout.strip().splitlines()[-12:])
        raise WebBuildError(f"{message}:\n{last}")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def main() -> int | str:
    """Build from a terminal; a text is what keeps it from being built."""
    try:
        if reason := obstacle():
            return f"The web page cannot be built here: {reason}."
        build()
    except WebBuildError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
