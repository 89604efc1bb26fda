"""The supervisor's hold on the web page: built in the background, served, stopped in order."""

import http.client
import os
import signal
import subprocess
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import click

from catalogue.running import web_build
from catalogue.running.errors import OperatorError
from catalogue.running.ports import require_free_port

_STOP_S = 5
_READY_S = 30
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound


class WebPage:
    """While entered, the page is served at `host`:`port` beside the API at `api_url`.

    Its trouble never stops the API: what keeps the page from being served is said in one message. Where there is
    an `admin_key_file`, the page tells of it to whoever signs in.
    """

    def __init__(self, *, host: str, port: int, api_url: str, admin_key_file: str = "") -> None:
        self._host = host
        self._port = port
        self._api_url = api_url
        self._admin_key_file = admin_key_file
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._work = threading.Thread(target=self._build_and_serve, daemon=True, name="web page")

    def __enter__(self) -> Self:
        self._work.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._stopping.set()
            self._signal(signal.SIGTERM)
        self._work.join(_STOP_S)
        self.hurry()
        self._work.join()

    def hurry(self) -> None:
        """Cut its stop short."""
        self._signal(signal.SIGKILL)

    def _build_and_serve(self) -> None:
        try:
            obstacle = web_build.obstacle()
            if obstacle:
                _say(f"The web page is not served: {obstacle}.")
                return
            require_free_port(self._host, self._port, setting="WEB_PORT", patience_seconds=2)
            if not web_build.is_built():
                _say("The web page is being built; the API can be used meanwhile.")
            web_build.build(self._run)
            self._serve()
        except (web_build.WebBuildError, OperatorError, OSError) as error:
            if not self._stopping.is_set():
                _say(f"The web page is not served. {error}")

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        process = self._start(command, stdout=subprocess.PIPE)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output or "")

    def _serve(self) -> None:
        command = ["node", str(web_build.PROGRAM), "--with-parent"]
        process = self._start(command, stdout=subprocess.DEVNULL)
        if self._is_ready(process):
            _say(f"  Web      http://{_shown_host(self._host)}:{self._port}\n")
        exit_code = process.wait()
        if not self._stopping.is_set():
            _say(f"The web page's server ended (exit code {exit_code}); the API goes on.")

    def _start(self, command: list[str], *, stdout: int) -> "subprocess.Popen[str]":
        """Start a program in a session of its own; its input stays open as long as this process lives."""
        own = {
            "NODE_ENV": "production",
            "PORT": str(self._port),
            "HOSTNAME": self._host,
            "API_URL": self._api_url,
            "ADMIN_KEY_FILE": self._admin_key_file,
        }
        with self._lock:
            if self._stopping.is_set():
                raise OperatorError("It was stopped.")
            self._process = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                cwd=web_build.FRONTEND,
                env={**web_build.environment(), **(own if command[0] == "node" else {})},
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=subprocess.STDOUT if stdout == subprocess.PIPE else None,
                text=True,
                start_new_session=True,
            )
        return self._process

    def _is_ready(self, process: "subprocess.Popen[str]") -> bool:
        """Wait until the page answers; False when it ended, is being stopped, or takes too long."""
        for _ in range(_READY_S * 10):
            if process.poll() is not None or self._stopping.wait(0.1):
                return False
            connection = http.client.HTTPConnection(
                _ANY_ADDRESS.get(self._host, self._host), self._port, timeout=5
            )
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/icon.svg")
                return connection.getresponse().status == http.client.OK
            connection.close()
        return False

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _shown_host(host: str) -> str:
    if host in {*_ANY_ADDRESS, "127.0.0.1"}:
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _say(text: str) -> None:
    """Print; a terminal that has gone away must not keep the page from being stopped."""
    with suppress(OSError):
        click.echo(text)
