"""One installation of Catalogue under test: its own data, port and processes, all real."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue

import httpx
import psutil

BACKEND = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 60
READY = "Ctrl-C stops it."


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Run:
    """A running `catalogue run`, in a process group of its own as a terminal would give it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=BACKEND.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""
        self._lines: Queue[str | None] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Wait for a line with `text`; fail with everything printed when it does not come."""
        while text not in self.output:
            try:
                line = self._lines.get(timeout=DEADLINE_SECONDS)
            except Empty:
                line = None
            assert line is not None, f"{text!r} was not printed, but:\n{self.output}"
            self.output += line

    def processes(self) -> list[psutil.Process]:
        """This process and everything that it started."""
        process = psutil.Process(self.process.pid)
        return [process, *process.children(recursive=True)]

    def child(self, word: str) -> psutil.Process:
        """The first process started directly by this one that has `word` in its command line."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in " ".join(child.cmdline()))

    def send(self, number: signal.Signals) -> None:
        """Send a signal as the terminal does: to the whole foreground group."""
        os.killpg(self.process.pid, number)

    def end(self) -> int:
        """Wait for the end; the exit code."""
        exit_code = self.process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        while not self._lines.empty():
            self.output += self._lines.get() or ""
        return exit_code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                self._lines.put(line)
        self._lines.put(None)


class Installation:
    """A data directory and a port; `settings` are environment variables."""

    def __init__(self, data_directory: Path, **settings: str) -> None:
        self.data_directory = data_directory
        self.port = free_port()
        self.settings = {
            "PORT": str(self.port),
            "DATA_DIR": str(data_directory),
            "SEED_PRODUCTS": "0",
            "SEED_ORDERS": "0",
            "WEB": "off",
            "PYTHONPATH": str(BACKEND),
            **settings,
        }

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
        return inherited | self.settings

    def line(self, *arguments: str) -> list[str]:
        """The command line of one `catalogue` command."""
        return [sys.executable, "-m", "catalogue.cli", *arguments]

    def start(self, *, prefix: tuple[str, ...] = ()) -> Run:
        """Start `catalogue run` and return at once."""
        return Run([*prefix, *self.line("run")], self.environment())

    @contextmanager
    def running(self, *, prefix: tuple[str, ...] = ()) -> Iterator[Run]:
        """A run that is ready; at the end it is stopped, whatever the test did."""
        run = self.start(prefix=prefix)
        try:
            run.wait_for(READY)
            yield run
        finally:
            if run.process.poll() is None:
                run.send(signal.SIGTERM)
            run.end()

    @property
    def key(self) -> dict[str, str]:
        """The header that shows the administrator's key which a run has made."""
        return {"X-API-Key": (self.data_directory / "admin-key").read_text().strip()}

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=self.key, timeout=DEADLINE_SECONDS)

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run one `catalogue` command to its end."""
        return subprocess.run(
            self.line(*arguments),
            env=self.environment() | settings,
            cwd=BACKEND.parent,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )


def assert_gone(processes: list[psutil.Process]) -> None:
    """Every one of `processes` ends before the deadline (a zombie that nobody has reaped yet has ended)."""
    _, alive = psutil.wait_procs(processes, timeout=0)
    for process in alive:
        with suppress(psutil.NoSuchProcess):  # it ended between two looks at it
            if process.status() != psutil.STATUS_ZOMBIE:
                process.wait(DEADLINE_SECONDS)
