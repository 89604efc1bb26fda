"""The log of an embedded server, and what it says about a start that failed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.embedded.account import Account
from catalogue.embedded.errors import disk_full

_ROTATE_AT_BYTES = 10_000_000
_FULL_BELOW_BYTES = 1_000_000
_FULL_SIGNS = ("No space left on device", "Check free disk space")
_FAILURE_SIGNS = ("FATAL:", "PANIC:", "error:", "FATAL CONFIG", "Can't")


class ServerLog:
    """A log file that grows over many starts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size_at_start = 0

    @contextmanager
    def opened(self, account: Account) -> Iterator[int]:
        """A descriptor that appends to the log; one that has grown large is first set aside as `.1`."""
        if self.path.exists() and self.path.stat().st_size > _ROTATE_AT_BYTES:
            self.path.replace(self.path.with_name(self.path.name + ".1"))
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            account.own(self.path)
            self._size_at_start = os.fstat(descriptor).st_size
            yield descriptor
        finally:
            os.close(descriptor)

    def explain(self, server: str) -> str:
        """Why `server` ended by itself, on one line: from the disk's state and what was logged since `opened`."""
        text = self.path.read_bytes()[self._size_at_start :].decode(errors="replace")
        is_full = shutil.disk_usage(self.path.parent).free < _FULL_BELOW_BYTES
        if is_full or any(sign in text for sign in _FULL_SIGNS):
            return disk_full(self.path.parent)
        return f"{server} did not start: {_reason(text)}. Its log is {self.path}."


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    failures = [line for line in lines if any(sign in line for sign in _FAILURE_SIGNS)] or lines[-1:]
    if not failures:
        return "it ended without a word"
    return failures[0].rpartition("FATAL: ")[2].strip().rstrip(".")
