"""Turning the failures an operator can cause into one line each."""

import errno
import sys
from typing import TYPE_CHECKING, TypeGuard

from catalogue.embedded.errors import EmbeddedServerError
from catalogue.running.addresses import database_of, host_of, user_of

if TYPE_CHECKING:
    from pydantic import ValidationError

_FAILED, _WRONG_USE = 1, 2


def explain(error: BaseException) -> str | None:
    """One line for a failure that is an operator's to mend; None for any other, which is a fault of ours."""
    if isinstance(error, EmbeddedServerError):
        return str(error)
    if _is_validation_error(error):
        return explain_settings(error)
    if isinstance(error, OSError):
        return _explain_system(error)
    return None


def exit_code_for(error: BaseException) -> int:
    return _WRONG_USE if _is_validation_error(error) else _FAILED


def explain_settings(error: "ValidationError") -> str:
    """The first wrong setting, by its environment name."""
    first = error.errors()[0]
    name = str(first["loc"][0]).upper() if first["loc"] else ""
    text = first["msg"].removeprefix("Value error, ")
    return f"{name} is not usable: {text[:1].lower()}{text[1:]}." if name else f"{text}."


def explain_database(error: BaseException, database_url: str) -> str:
    """Why PostgreSQL at `database_url` cannot be used; the password is not in the text."""
    import asyncpg  # noqa: PLC0415 - loaded already wherever this is called with one of its errors

    host, name, user = host_of(database_url), database_of(database_url), user_of(database_url)
    reason = _first_line(error)
    refused = f"PostgreSQL at {host} refused user {user}: check the user and the password in DATABASE_URL."
    away = f"PostgreSQL at {host} does not answer ({_reason(error)}): start it, or correct DATABASE_URL."
    texts = {
        asyncpg.InvalidAuthorizationSpecificationError: refused,
        asyncpg.InvalidCatalogNameError: f"PostgreSQL at {host} has no database {name}: create it, or correct DATABASE_URL.",
        asyncpg.InsufficientPrivilegeError: f"User {user} may not change the database {name} at {host}: grant it.",
        asyncpg.DiskFullError: f"The disk of PostgreSQL at {host} is full: free some space there.",
        asyncpg.PostgresError: f"PostgreSQL at {host} refused: {reason}.",
        asyncpg.InterfaceError: away,
        OSError: away,
        Exception: f"DATABASE_URL is not usable: {reason}.",
    }
    return next(text for kind, text in texts.items() if isinstance(error, kind))


def _is_validation_error(error: BaseException) -> "TypeGuard[ValidationError]":
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(error, pydantic.ValidationError)


def _explain_system(error: OSError) -> str | None:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk is full: free some space, or set DATA_DIR to another disk."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} and error.filename:
        return f"Cannot use {error.filename}: {error.strerror}."
    return None


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, FileNotFoundError):
        return "no such socket"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return (getattr(error, "strerror", None) or _first_line(error)).lower()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
