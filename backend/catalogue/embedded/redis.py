"""A Redis server of our own, on a UNIX socket: a cache, so nothing of it is kept on disk."""

import signal
import socket
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from catalogue.embedded.account import Account
from catalogue.embedded.binaries import redis_program
from catalogue.embedded.directories import prepare_socket_directory
from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.ownership import owner_of
from catalogue.embedded.processes import StopSteps, stop_orphan
from catalogue.embedded.server import EmbeddedServer

_READY_SECONDS = 30
SOCKET_NAME = "redis.sock"


class EmbeddedRedis(EmbeddedServer):
    """A Redis server that starts empty; it holds at most 256 MB and forgets the oldest."""

    name = "Redis"
    log_name = "redis.log"
    stop_steps: ClassVar[StopSteps] = ((signal.SIGTERM, 10), (signal.SIGKILL, 5))
    hurry_signal = signal.SIGKILL

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._pid_file = self._directory / "redis.pid"

    @property
    def url(self) -> str:
        """The server's address, for redis-py. Raises RuntimeError when it is not started."""
        return _url(self._socket().parent)

    def stop(self) -> None:
        """Stop the server and wait for its end."""
        if self.pid is not None:
            self._process.stop()
            self._pid_file.unlink(missing_ok=True)
        super().stop()

    def _start(self, account: Account) -> None:
        self._socket_directory = prepare_socket_directory(self._directory, account)
        stop_orphan(self._recorded_pid(), marker=str(self._socket()), stop_steps=self.stop_steps)
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
        return self._socket_directory / SOCKET_NAME

    def _recorded_pid(self) -> int | None:
        text = self._pid_file.read_text() if self._pid_file.exists() else ""
        return int(text) if text.isdigit() else None

    def _is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket())) == 0


def running_redis_url(directory: Path) -> str | None:
    """The address of the server that another live process runs in `directory`."""
    with one_line_failures(directory):
        owner = owner_of(directory.absolute())
    return _url(Path(owner.socket_directory)) if owner and owner.socket_directory else None


def _url(socket_directory: Path) -> str:
    return f"unix://{quote(str(socket_directory / SOCKET_NAME))}"
