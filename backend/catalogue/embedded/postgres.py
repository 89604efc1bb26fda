"""A PostgreSQL 18 server of our own, on a UNIX socket."""

import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from catalogue.embedded.account import Account
from catalogue.embedded.binaries import postgres_program
from catalogue.embedded.cluster import CONFIGURATION_FILE, DATABASE, SUPERUSER, ensure_cluster
from catalogue.embedded.directories import prepare_socket_directory
from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.ownership import owner_of
from catalogue.embedded.postgres_configuration import configuration
from catalogue.embedded.processes import StopSteps, stop_orphan
from catalogue.embedded.server import EmbeddedServer

_READY_SECONDS = 300
_READY_STATUS = "ready"


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL server, with an empty database `catalogue` when its directory is new.

    Its superuser is `catalogue`, without a password; only this operating-system account reaches the socket.
    `durable=False` trades safety at a crash of the machine for speed, for tests.
    """

    name = "PostgreSQL"
    log_name = "postgres.log"
    stop_steps: ClassVar[StopSteps] = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5))
    hurry_signal = signal.SIGQUIT

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        super().__init__(directory)
        self._data = self._directory / "data"
        self._durable = durable

    @property
    def url(self) -> str:
        """The address of the database `catalogue`, for asyncpg, SQLAlchemy and psql."""
        return self.database_url(DATABASE)

    def database_url(self, name: str) -> str:
        """The address of the database `name`, whether or not it exists.

        Raises:
            RuntimeError: The server is not started.
        """
        if self._socket_directory is None:
            raise RuntimeError("the server has no address before it is started")
        return _url(name, str(self._socket_directory))

    def _start(self, account: Account) -> None:
        stop_orphan(_postmaster_pid(self._data), marker=str(self._data), stop_steps=self.stop_steps)
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
