"""The secrets of a development installation, each made once."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from catalogue.callers.keys import make_key

ADMIN_KEY_FILE = "admin-key"
_SIGNING_FILE = "secret-key"


def development_secret(data_directory: Path) -> str:
    """The content of `secret-key` in the data directory; the file is made, readable by its owner only, when missing."""
    return _kept(data_directory / _SIGNING_FILE, lambda: secrets.token_urlsafe(48))


def made_secret(data_directory: Path) -> str | None:
    """The content of that file; None when there is none."""
    return _read(data_directory / _SIGNING_FILE)


def development_admin_key(data_directory: Path) -> str:
    """The content of `admin-key`: an API key with every scope. Made and guarded as the secret is."""
    return _kept(data_directory / ADMIN_KEY_FILE, lambda: make_key().text)


def _kept(path: Path, make: Callable[[], str]) -> str:
    return _read(path) or _write(path, make())


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return None


def _write(path: Path, text: str) -> str:
    """Write the file under a name of our own and link it: a reader never sees half of it, and the first one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
