"""The directories of a server: its own, and a short one for its socket.

A socket's path is limited to 107 bytes, so sockets are not kept beside the data.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from catalogue.embedded.account import Account, account_for
from catalogue.embedded.errors import EmbeddedServerError

_LONGEST_SOCKET_DIRECTORY_BYTES = 80


def prepare_directory(directory: Path) -> Account:
    """Make `directory` (mode 0700) where missing and give it to the account the server will run as."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    account = account_for(directory)
    account.own(directory)
    return account


def prepare_socket_directory(directory: Path, account: Account) -> Path:
    """Make the socket directory that belongs to `directory`: private, and named after its real path.

    Raises:
        EmbeddedServerError: Somebody else already has a file or directory of that name.
    """
    socket_directory = _base() / f"catalogue-{_digest(directory)}"
    try:
        socket_directory.mkdir(mode=0o700)
    except FileExistsError:
        _check(socket_directory, account)
    account.own(socket_directory)
    return socket_directory


def remove_socket_directory(socket_directory: Path) -> None:
    shutil.rmtree(socket_directory, ignore_errors=True)


def _digest(directory: Path) -> str:
    name = f"{os.geteuid()}:{directory.resolve()}"
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]


def _base() -> Path:
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if (
            candidate
            and len(os.fsencode(candidate)) <= _LONGEST_SOCKET_DIRECTORY_BYTES - len("/catalogue-") - 16
        ):
            base = Path(candidate)
            if base.is_absolute() and base.is_dir() and os.access(base, os.W_OK | os.X_OK):
                return base
    return Path("/tmp")  # noqa: S108 - the only short directory every UNIX has; ours below it is private


def _check(socket_directory: Path, account: Account) -> None:
    status = socket_directory.lstat()
    ours = status.st_uid in {os.geteuid(), account.uid}
    if not ours or not socket_directory.is_dir() or socket_directory.is_symlink() or status.st_mode & 0o077:
        raise EmbeddedServerError(
            f"{socket_directory} belongs to somebody else: remove it, or set TMPDIR to another directory."
        )
