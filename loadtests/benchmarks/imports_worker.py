"""A worker for the time of a benchmark."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

_BACKEND = Path(__file__).parents[2] / "backend"
_STOP_S = 20


@contextmanager
def worker(environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Run `catalogue worker`; what it logs is thrown away."""
    process = subprocess.Popen(
        [sys.executable, "-m", "catalogue.cli", "worker", "--with-parent"],
        env={**os.environ, "PYTHONPATH": str(_BACKEND), **environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
