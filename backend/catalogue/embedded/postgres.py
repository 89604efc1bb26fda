"""A PostgreSQL 18 server of our own, on a UNIX socket."""

import signal
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from catalogue.embedded.binaries import postgres_program
from catalogue.embedded.cluster import CONFIGURATION_FILE, DATABASE, SUPERUSER, ensure_cluster
from catalogue.embedded.directories import (
    prepare_directory,
    prepare_socket_directory,
    remove_socket_directory,
)
from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.ownership import Ownership, owner_of
from catalogue.embedded.postgres_configuration import configuration
from catalogue.embedded.processes import ServerProcess, StopSteps, stop_orphan
from catalogue.embedded.server_log import ServerLog

_STOP_STEPS: StopSteps = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5))
_READY_SECONDS = 300
_READY_STATUS = "ready"


class EmbeddedPostgres:
    """A PostgreSQL server whose data, log and lock are in `directory`.

    Its superuser is `catalogue`, without a password; only this operating-system account reaches the socket.
    `durable=False` trades safety at a crash of the machine for speed, for tests.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self._directory = directory.absolute()
        self._data = self._directory / "data"
        self._log = ServerLog(self._directory / "postgres.log")
        self._durable = durable
        self._ownership = Ownership(self._directory)
        self._process = ServerProcess(name="PostgreSQL", log=self._log, stop_steps=_STOP_STEPS)
        self._socket_directory: Path | None = None

    @property
    def url(self) -> str:
        """The address of the database `catalogue`, for asyncpg, SQLAlchemy and psql."""
        return self.database_url(DATABASE)

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid

    def database_url(self, name: str) -> str:
        """The address of the database `name`, whether or not it exists.

        Raises:
            RuntimeError: The server is not started.
        """
        if self._socket_directory is None:
            raise RuntimeError("the server has no address before it is started")
        return _url(name, str(self._socket_directory))

    def start(self) -> None:
        """Start the server, with an empty database `catalogue` when the directory is new, and wait for it.

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
        """Stop the server in order (its clients are disconnected) and wait for its end."""
        self._process.stop()
        if self._socket_directory is not None:
            remove_socket_directory(self._socket_directory)
            self._socket_directory = None
        self._ownership.release()

    def hurry(self) -> None:
        """Cut a `stop` short that runs meanwhile; the next start then recovers from the log."""
        self._process.send(signal.SIGQUIT)

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
        stop_orphan(_postmaster_pid(self._data), marker=str(self._data), stop_steps=_STOP_STEPS)
        ensure_cluster(self._data, account=account, log=self._log, durable=self._durable)
        self._socket_directory = prepare_socket_directory(self._directory, account)
        settings = configuration(socket_directory=self._socket_directory, durable=self._durable)
        settings_file = self._data / CONFIGURATION_FILE
        settings_file.write_text(settings)
        account.own(settings_file)
        self._ownership.announce(self._socket_directory)
        program = postgres_program("postgres")
        self._process.start(
            [str(program), "-D", str(self._data)],
            account=account,
            reaches=[self._directory, program.parent, self._socket_directory.parent],
        )
        self._process.wait_until(self._is_ready, seconds=_READY_SECONDS)

    def _is_ready(self) -> bool:
        lines = _pid_file(self._data)
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == _READY_STATUS


def running_postgres_url(directory: Path) -> str | None:
    """The address of the database `catalogue` of a server that another live process runs in `directory`."""
    with one_line_failures(directory):
        owner = owner_of(directory.absolute())
    return _url(DATABASE, owner.socket_directory) if owner and owner.socket_directory else None


def _url(database: str, socket_directory: str) -> str:
    return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(socket_directory)}"


def _postmaster_pid(data: Path) -> int | None:
    lines = _pid_file(data)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def _pid_file(data: Path) -> list[str]:
    """The lines of postmaster.pid: process id, data directory, start time, port, socket directory, …, status."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
