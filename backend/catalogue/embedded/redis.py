"""A Redis server of our own, on a UNIX socket: a cache, so nothing of it is kept on disk."""

import signal
import socket
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from catalogue.embedded.binaries import redis_program
from catalogue.embedded.directories import (
    prepare_directory,
    prepare_socket_directory,
    remove_socket_directory,
)
from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.ownership import Ownership
from catalogue.embedded.processes import ServerProcess, StopSteps, stop_orphan
from catalogue.embedded.server_log import ServerLog

_STOP_STEPS: StopSteps = ((signal.SIGTERM, 10), (signal.SIGKILL, 5))
_READY_SECONDS = 30


class EmbeddedRedis:
    """A Redis server whose log and lock are in `directory`; it holds at most 256 MB and forgets the oldest."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._pid_file = self._directory / "redis.pid"
        log = ServerLog(self._directory / "redis.log")
        self._ownership = Ownership(self._directory)
        self._process = ServerProcess(name="Redis", log=log, stop_steps=_STOP_STEPS)
        self._socket_directory: Path | None = None

    @property
    def url(self) -> str:
        """The server's address, for redis-py. Raises RuntimeError when it is not started."""
        return f"unix://{quote(str(self._socket()))}"

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid

    def start(self) -> None:
        """Start the server, empty, and wait for it.

        A server that a killed process left on this directory is stopped first.

        Raises:
            DirectoryInUseError: Another live process owns the directory.
            EmbeddedServerError: It cannot start; one line says why.
        """
        with one_line_failures(self._directory):
            try:
                self._start()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Stop the server and wait for its end."""
        if self.pid is not None:
            self._process.stop()
            self._pid_file.unlink(missing_ok=True)
        if self._socket_directory is not None:
            remove_socket_directory(self._socket_directory)
            self._socket_directory = None
        self._ownership.release()

    def hurry(self) -> None:
        """Cut a `stop` short that runs meanwhile."""
        self._process.send(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        account = prepare_directory(self._directory)
        self._ownership.acquire(account)
        self._socket_directory = prepare_socket_directory(self._directory, account)
        stop_orphan(self._recorded_pid(), marker=str(self._socket()), stop_steps=_STOP_STEPS)
        self._socket().unlink(missing_ok=True)
        self._ownership.announce(self._socket_directory)
        program = redis_program("redis-server")
        self._process.start(
            [str(program), *self._options()],
            account=account,
            reaches=[program.parent, self._socket_directory],
        )
        self._pid_file.write_text(str(self.pid))
        account.own(self._pid_file)
        self._process.wait_until(self._is_ready, seconds=_READY_SECONDS)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket()),
            "unixsocketperm": "700",
            "dir": str(self._socket_directory),
            "maxmemory": "256mb",
            "maxmemory-policy": "allkeys-lru",
            "save": "",
            "appendonly": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _socket(self) -> Path:
        if self._socket_directory is None:
            raise RuntimeError("the server has no address before it is started")
        return self._socket_directory / "redis.sock"

    def _recorded_pid(self) -> int | None:
        text = self._pid_file.read_text() if self._pid_file.exists() else ""
        return int(text) if text.isdigit() else None

    def _is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket())) == 0
