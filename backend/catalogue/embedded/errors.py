"""What can go wrong with an embedded server, each as one line for the person at the terminal.

EmbeddedServerError
└── DirectoryInUseError     another live process owns the directory
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot start; the text says why and what to do, on one line."""


class DirectoryInUseError(EmbeddedServerError):
    """Another live process holds the directory; `pid` is 0 when that process did not say."""

    def __init__(self, directory: Path, pid: int) -> None:
        super().__init__(
            f"{directory} is in use by process {pid or 'unknown'}: stop that one first, "
            "or set DATA_DIR to another directory."
        )
        self.pid = pid


@contextmanager
def one_line_failures(directory: Path) -> Iterator[None]:
    """Turn the operating system's refusals while working in `directory` into EmbeddedServerError."""
    try:
        yield
    except OSError as error:
        raise EmbeddedServerError(_explain(error, directory)) from error


def disk_full(directory: Path) -> str:
    return f"The disk that holds {directory} is full: free some space, or set DATA_DIR to another disk."


def _explain(error: OSError, directory: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(directory)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"Cannot write to {error.filename or directory} ({error.strerror}): "
            "give this user the directory, or set DATA_DIR to another one."
        )
    return f"Cannot use {error.filename or directory} ({error.strerror or error}): set DATA_DIR to another directory."
