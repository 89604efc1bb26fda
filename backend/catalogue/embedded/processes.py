"""Starting, awaiting and stopping one server process."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from catalogue.embedded.account import Account
from catalogue.embedded.errors import EmbeddedServerError
from catalogue.embedded.server_log import ServerLog

StopSteps = tuple[tuple[signal.Signals, float], ...]
"""The signals that stop a server, gentlest first, each with the seconds it is given to work."""


class ServerProcess:
    """A server in a session of its own, so that a terminal's Ctrl-C reaches only whoever started it."""

    def __init__(self, *, name: str, log: ServerLog, stop_steps: StopSteps) -> None:
        self._name = name
        self._log = log
        self._stop_steps = stop_steps
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, command: list[str], *, account: Account, reaches: Iterable[Path]) -> None:
        """Start `command` under `account`; what it prints goes to the log."""
        orphaning = self._stop_steps[0][0].name.removeprefix("SIG") if _in_main_thread() else None
        full_command = account.command(command, reaches=reaches, signal_on_orphaning=orphaning)
        with self._log.opened(account) as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own binaries, no shell
                full_command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=server_environment(),
                cwd="/",
            )

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait for `is_ready`.

        Raises:
            EmbeddedServerError: The server ended first, or was not ready in time.
        """
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self._process is None or self._process.poll() is not None:
                raise EmbeddedServerError(self._log.explain(self._name))
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"{self._name} was not ready within {seconds:.0f} seconds: see {self._log.path}."
                )
            time.sleep(0.005)

    def send(self, signal_number: signal.Signals) -> None:
        """Send a signal, if the server runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal_number)

    def stop(self) -> None:
        """Stop the server and wait for its end; nothing happens when it is not running."""
        if self._process is None:
            return
        for step, seconds in self._stop_steps:
            self.send(step)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            break
        self._process = None


def stop_orphan(pid: int | None, *, marker: str, stop_steps: StopSteps) -> None:
    """Stop the server `pid` that an earlier owner left behind.

    Only when `marker` is in its command line: process ids are used again.
    """
    if pid is None:
        return
    for step, seconds in stop_steps:
        deadline = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            if is_server(pid, marker):
                os.kill(pid, step)
        while is_server(pid, marker) and time.monotonic() < deadline:
            time.sleep(0.01)


def is_server(pid: int, marker: str) -> bool:
    """Whether the process `pid` is alive and has `marker` in its command line."""
    try:
        return any(marker in argument for argument in psutil.Process(pid).cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def server_environment() -> dict[str, str]:
    """An environment without the caller's PG* and locale variables, which would change a server's ways."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _in_main_thread() -> bool:
    """The kernel's orphan signal follows the starting thread, so it is for one that lasts."""
    return threading.current_thread() is threading.main_thread()
