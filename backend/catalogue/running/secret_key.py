"""The secret of a development installation, made once."""

import os
import secrets
from pathlib import Path

_FILE_NAME = "secret-key"


def development_secret(data_directory: Path) -> str:
    """The content of `secret-key` in the data directory; the file is made, readable by its owner only, when missing."""
    return made_secret(data_directory) or _make(data_directory / _FILE_NAME)


def made_secret(data_directory: Path) -> str | None:
    """The content of that file; None when there is none."""
    try:
        return (data_directory / _FILE_NAME).read_text().strip()
    except FileNotFoundError:
        return None


def _make(path: Path) -> str:
    """Write the file under a name of our own and link it: a reader never sees half of it, and the first one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
