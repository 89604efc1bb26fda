"""A lock file that says which live process owns a server's directory, and where its socket is."""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from catalogue.embedded.account import Account
from catalogue.embedded.errors import DirectoryInUseError

_ACQUIRE_SECONDS = 2.0
"""How long an owner that was killed a moment ago, and is stopping its server, is given to leave."""


@dataclass(frozen=True)
class Owner:
    """The live owner of a directory: its process id (0 when unknown) and its socket directory."""

    pid: int
    socket_directory: str


class Ownership:
    """An flock on `directory/lock`: the kernel drops it with the process, so it is never stale."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / "lock"
        self._descriptor: int | None = None

    def acquire(self, account: Account) -> None:
        """Take the lock, in a file that belongs to `account`.

        Raises:
            DirectoryInUseError: Another live process holds it.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        account.own(self._path)
        if not _lock(descriptor, fcntl.LOCK_EX, seconds=_ACQUIRE_SECONDS):
            owner = _read(descriptor)
            os.close(descriptor)
            raise DirectoryInUseError(self._directory, owner.pid)
        self._descriptor = descriptor

    def announce(self, socket_directory: Path) -> None:
        """Write down, for `owner_of`, who holds the lock and where the server listens."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n{socket_directory}\n".encode(), 0)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def owner_of(directory: Path) -> Owner | None:
    """The live process that owns `directory`, or None when nobody does."""
    try:
        descriptor = os.open(directory / "lock", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        return None if _lock(descriptor, fcntl.LOCK_SH, seconds=0) else _read(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int, *, seconds: float) -> bool:
    """Whether the lock was had within `seconds`: somebody who only asks holds it for an instant."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _read(descriptor: int) -> Owner:
    pid, _, rest = os.pread(descriptor, 4096, 0).decode().partition("\n")
    return Owner(pid=int(pid) if pid.isdigit() else 0, socket_directory=rest.strip("\n"))
