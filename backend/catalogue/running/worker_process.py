"""The supervisor's hold on the worker: started, started again when it dies, stopped in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import click

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30
_HEALTHY_S = 60
_STOP_S = 15


class WorkerProcess:
    """While entered, a worker runs in a session of its own. One that dies soon is given ever longer pauses."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._watch = threading.Thread(target=self._keep_running, daemon=True, name="worker watch")

    def __enter__(self) -> Self:
        self._start()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._stopping.set()
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.hurry()
            process.wait()
        self._watch.join()

    def hurry(self) -> None:
        """Cut its stop short."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self) -> None:
        command = [sys.executable, "-m", "catalogue.cli", "worker", "--with-parent"]
        self._process = subprocess.Popen(command, env=self._environment, start_new_session=True)  # noqa: S603 - our own module

    def _keep_running(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while self._process is not None:
            started_at = time.monotonic()
            exit_code = self._process.wait()
            if time.monotonic() - started_at > _HEALTHY_S:
                pause_s = _FIRST_PAUSE_S
            if self._stopping.wait(pause_s):
                return
            click.echo(f"The worker ended (exit code {exit_code}); it is started again.", err=True)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            with self._lock:
                if self._stopping.is_set():
                    return
                self._start()
