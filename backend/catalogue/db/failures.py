"""The one place that maps database errors to the project's own.

Driver text, SQL and values never leave: messages are ours, and only constraint names are read.
"""

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from catalogue.errors import (
    CatalogueError,
    Conflict,
    FieldError,
    InternalError,
    Unavailable,
    ValidationFailed,
)

_log = structlog.get_logger("catalogue.db")

CONNECTION_FAILURES = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What says that a connection is gone or could not be had, as against a statement that failed.

asyncpg raises an InternalClientError on a connection that PostgreSQL has told of its end, but not closed yet.
"""

_UNAVAILABLE = (
    *CONNECTION_FAILURES,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def translate(error: BaseException) -> CatalogueError:
    """Return what a client may hear of `error`, an exception of asyncpg or of SQLAlchemy."""
    if isinstance(error, CatalogueError):
        return error
    driver_error = _driver_error(error)
    if isinstance(driver_error, asyncpg.UniqueViolationError):
        return _unique(driver_error)
    if isinstance(driver_error, asyncpg.IntegrityConstraintViolationError | asyncpg.DataError):
        return ValidationFailed(_refused(driver_error))
    if isinstance(driver_error, _UNAVAILABLE) or isinstance(error, (InterfaceError, OperationalError)):
        return Unavailable(_reason(driver_error))
    _log.error("unknown failure of the database", exc_info=error)
    return InternalError()


def is_retryable(error: BaseException) -> bool:
    """True for serialisation failures and deadlocks: the same transaction may succeed next time."""
    return isinstance(_driver_error(error), asyncpg.SerializationError | asyncpg.DeadlockDetectedError)


def _driver_error(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _unique(error: asyncpg.UniqueViolationError) -> Conflict:
    field = _field(error)
    return Conflict(
        f"another record already has this {field}",
        errors=(FieldError(f"body.{field}", "unique", "this value is taken"),),
    )


def _refused(error: asyncpg.PostgresError) -> FieldError:
    match error:
        case asyncpg.ForeignKeyViolationError():
            return FieldError(f"body.{_field(error)}", "foreign_key", "this value does not exist")
        case asyncpg.NotNullViolationError():
            return FieldError(f"body.{error.column_name}", "missing", "a value is needed")
        case asyncpg.CheckViolationError():
            return FieldError(f"body.{_field(error)}", "check", "this value is out of range")
        case _:
            return FieldError("body", "invalid_value", "a value cannot be stored")


def _field(error: asyncpg.PostgresError) -> str:
    constraint, table = error.constraint_name or "", error.table_name or ""
    return constraint.split(f"_{table}_", 1)[-1] or "value"


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncpg.QueryCanceledError):
        return "the database took too long"
    if isinstance(error, TimeoutError | PoolTimeoutError):
        return "no database connection became free in time"
    return "the database cannot answer"
