"""What our own servers have in common: a directory, one owner, a socket folder, and an orderly start and end."""

import signal
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from catalogue.embedded.account import Account
from catalogue.embedded.directories import prepare_directory, remove_socket_directory
from catalogue.embedded.errors import one_line_failures
from catalogue.embedded.ownership import Ownership
from catalogue.embedded.processes import ServerProcess, StopSteps
from catalogue.embedded.server_log import ServerLog


class EmbeddedServer(ABC):
    """A server whose data, log and lock are in `directory`; a context manager that starts and stops it."""

    name: ClassVar[str]
    log_name: ClassVar[str]
    stop_steps: ClassVar[StopSteps]
    hurry_signal: ClassVar[signal.Signals]

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._log = ServerLog(self._directory / self.log_name)
        self._ownership = Ownership(self._directory)
        self._process = ServerProcess(name=self.name, log=self._log, stop_steps=self.stop_steps)
        self._socket_directory: Path | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait for it.

        A server that a killed process left on this directory is stopped first.

        Raises:
            DirectoryInUseError: Another live process owns the directory.
            EmbeddedServerError: It cannot start; one line says why.
        """
        with one_line_failures(self._directory):
            try:
                account = prepare_directory(self._directory)
                self._ownership.acquire(account)
                self._start(account)
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Stop the server in order and wait for its end."""
        self._process.stop()
        if self._socket_directory is not None:
            remove_socket_directory(self._socket_directory)
            self._socket_directory = None
        self._ownership.release()

    def hurry(self) -> None:
        """Cut a `stop` short that runs meanwhile; the next start mends what is to be mended."""
        self._process.send(self.hurry_signal)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _start(self, account: Account) -> None:
        """Start the process as `account`, which owns the directory, and wait until it answers."""
