"""The supervisor's hold on the server process."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from catalogue.running.errors import OperatorError

_READY_SECONDS = 60
_STOP_MARGIN_SECONDS = 5
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


class ServerProcess:
    """The server, in a session of its own: a terminal's Ctrl-C does not reach it before we say so.

    Entered, it loads the application; `serve` sets it to work.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._seconds_to_finish: float = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "catalogue.running.server"]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, start_new_session=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the server; its workers are its children."""
        return None if self._process is None else self._process.pid

    def serve(
        self, environment: Mapping[str, str], *, host: str, port: int, seconds_to_finish: float
    ) -> None:
        """Serve with `environment` added to ours, and wait until the API says that it is ready.

        `seconds_to_finish` is what running requests get when the server is stopped.

        Raises:
            OperatorError: The server ended first, or is not ready in time.
        """
        if self._process is None or self._process.stdin is None:
            raise OperatorError("The server was stopped before it could serve.")
        self._seconds_to_finish = seconds_to_finish + _STOP_MARGIN_SECONDS
        try:
            self._process.stdin.write(json.dumps(dict(environment)).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._process.wait()
        self._wait_until_ready(_ANY_ADDRESS.get(host, host), port)

    def wait(self) -> int:
        """Wait for the server to end by itself; its exit code."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Stop the server: running requests finish first, within the time they are given."""
        if self._process is None:
            return
        if self._seconds_to_finish:
            self._process.terminate()
        else:
            self.hurry()
        try:
            self._process.wait(self._seconds_to_finish or None)
        except subprocess.TimeoutExpired:
            self.hurry()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def hurry(self) -> None:
        """Cut a `stop` short that runs meanwhile."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _wait_until_ready(self, host: str, port: int) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        obstacle = _obstacle(host, port)
        while obstacle:
            if self._process is None or self._process.poll() is not None:
                raise OperatorError("The server ended while starting: the reason is above.")
            if time.monotonic() > deadline:
                raise OperatorError(f"The server was not ready within {_READY_SECONDS} seconds: {obstacle}.")
            time.sleep(0.02)
            obstacle = _obstacle(host, port)


def _obstacle(host: str, port: int) -> str:
    """What keeps the API from being ready; empty when it is."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return "it does not answer"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"/health/ready answers {status}"
