"""Running schemathesis against a server: every check, as one caller, reproducible by its seed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "backend" / "tests"
_CONFIGURATION = TESTS / "schemathesis.toml"
_TIMEOUT_S = 3_600


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What one run came to. `cases` were sent, `failures` are different ones; `report` is what it printed."""

    cases: int
    failures: int
    report: str


def fuzz(address: str, folder: Path, *, headers: Iterable[str], examples: int, seed: int) -> Fuzzed:
    """Send generated requests to the server at `address`; `folder` is for its notes.

    Whoever is refused what is right in itself (401, 403) is refused rightly: `test_matrix.py` says whom and where.
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(_CONFIGURATION)),
        *("run", f"{address}/openapi.json", "--checks", "all"),
        *(part for header in headers for part in ("--header", header)),
        # A stream of events has no end that a generated request could wait for.
        *("--exclude-path", "/api/v1/changes"),
        *("--max-examples", str(examples), "--seed", str(seed)),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": str(TESTS)}
    run = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
        cwd=folder,
    )
    report = run.stdout + run.stderr
    counted = re.search(r"(\d+) generated", report)
    failed = re.search(r"(\d+) unique failure", report)
    failures = int(failed.group(1)) if failed else int(run.returncode != 0)
    return Fuzzed(int(counted.group(1)) if counted else 0, failures, report)
