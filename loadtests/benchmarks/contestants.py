"""Programs that are compared: each a server process of its own, on a port of its own, for as long as it is entered."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from loadtests.keys import SHOWN
from loadtests.ports import LOOPBACK, free_port

CHOSEN_SERVER = "granian mt"
APPLICATION = "catalogue.app:create_app"
BARE_BYTES = "loadtests.benchmarks.bare:ready_bytes"
BARE_ROWS = "loadtests.benchmarks.bare:rows"
BARE_UPDATES = "loadtests.benchmarks.bare:updates"
_PROJECT = Path(__file__).parents[2]
_START_SECONDS = 30
_STOP_SECONDS = 15
_ANSWER_SECONDS = 60
_LOOK_SECONDS = 0.3
_AT_REST = 0.05
"""A worker that uses less than this part of a processor has finished its start."""


class ContestantError(Exception):
    """A contestant that cannot be compared: it did not start, or it answers something else than the others."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`server` is one of `loadtests.benchmarks.serve.SERVERS`, `target` a factory of an ASGI application."""

    name: str
    server: str
    target: str
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Running:
    """A contestant that serves; `headers` go with every request to it."""

    name: str
    port: int
    process: psutil.Process
    headers: Mapping[str, str] = field(default_factory=dict)

    def cpu_seconds(self) -> float:
        """Processor time that the server and its workers have used so far."""
        family = [self.process, *self.process.children(recursive=True)]
        times = [member.cpu_times() for member in family]
        return float(sum(time.user + time.system for time in times))

    def answer(self, address: str) -> tuple[int, bytes]:
        """Status and body of one GET."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", address, headers={**SHOWN, **self.headers})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def running(contestant: Contestant, environment: Mapping[str, str]) -> Iterator[Running]:
    """Serve a contestant with `environment`; its log is thrown away, written all the same.

    Raises:
        ContestantError: It does not listen in time.
    """
    port = free_port()
    command = [sys.executable, "-m", "loadtests.benchmarks.serve"]
    command += [contestant.server, contestant.target, str(port), str(contestant.workers)]
    process = subprocess.Popen(
        command,
        cwd=_PROJECT,
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_listening(process, port, contestant.name)
        started = Running(contestant.name, port, psutil.Process(process.pid))
        wait_until_at_rest(started, contestant.workers)
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ContestantError(f"{name} did not start within {_START_SECONDS} seconds")


def wait_until_at_rest(started: Running, workers: int = 1) -> None:
    """Wait, for a bounded time: workers go on compiling and loading for a while after the first of them listens."""
    deadline = time.monotonic() + _START_SECONDS
    used, quiet = started.cpu_seconds(), False
    while not quiet and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        before, used = used, started.cpu_seconds()
        quiet = used - before < _AT_REST * _LOOK_SECONDS * workers
