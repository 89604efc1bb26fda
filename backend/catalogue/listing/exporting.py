"""Every row of a list as CSV or NDJSON: PostgreSQL writes the text, the program passes it on."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from anyio import CancelScope
from asyncpg.transaction import Transaction

from catalogue.db.reading import ReadConnection, ReadSession
from catalogue.errors import FieldError, ValidationFailed
from catalogue.listing.declaration import Collection
from catalogue.listing.exporting_statements import export_statement
from catalogue.listing.list_request import ListRequest
from catalogue.listing.request import parse_request

Sink = Callable[[bytes], Coroutine[Any, Any, None]]

_AS_LONG_AS_SOMEBODY_LISTENS = (
    "SET LOCAL statement_timeout = 0; SET LOCAL client_connection_check_interval = '1s'"
)
_WHOLE = {b"limit", b"cursor", b"offset", b"page", b"count", b"facets"}


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """`copy_options` are what asyncpg's COPY needs to write the format."""

    name: str
    media_type: str
    copy_options: dict[str, Any]


FORMATS = {
    "csv": ExportFormat("csv", "text/csv; charset=utf-8", {"format": "csv", "header": True}),
    # JSON texts hold no control characters, so these marks leave every line as it is.
    "ndjson": ExportFormat(
        "ndjson", "application/x-ndjson", {"format": "csv", "delimiter": "\x01", "quote": "\x02"}
    ),
}
_FORMAT_BY_PARAMETER = {f"format={name}".encode(): export_format for name, export_format in FORMATS.items()}


def parse_export(collection: Collection, query_string: bytes) -> tuple[ListRequest, ExportFormat]:
    """Parse filters, `sort`, `fields` and `format`. Raises ValidationFailed."""
    parts = [(part, part.partition(b"=")[0]) for part in query_string.split(b"&")]
    chosen = [part for part, name in parts if name == b"format"]
    export_format = _FORMAT_BY_PARAMETER.get(chosen[0]) if len(chosen) == 1 else None
    if export_format is None:
        raise ValidationFailed(FieldError("query.format", "not_a_choice", "must be csv or ndjson"))
    for _, name in parts:
        if name in _WHOLE:
            where = f"query.{name.decode()}"
            raise ValidationFailed(FieldError(where, "unknown_parameter", "an export holds every row"))
    rest = b"&".join(part for part, name in parts if name != b"format")
    return parse_request(collection, rest), export_format


async def copy_rows(
    reader: ReadSession, request: ListRequest, export_format: ExportFormat, *, sink: Sink
) -> None:
    """Give the file to `sink` piece by piece, waiting for each to be taken.

    When this is cancelled or the sink fails, PostgreSQL is told to stop. Raises Unavailable.
    """
    statement = export_statement(request, as_json=export_format.name != "csv")
    arguments = statement.arguments(request.bound_values)
    async with reader.connection() as connection, _long_transaction(connection):
        await connection.copy_from_query(statement.sql, *arguments, output=sink, **export_format.copy_options)


@asynccontextmanager
async def _long_transaction(connection: ReadConnection) -> AsyncIterator[None]:
    """A transaction without a statement timeout, begun and rolled back in full even when its task is being cancelled."""
    transaction = connection.transaction(readonly=True)
    with CancelScope(shield=True):
        await transaction.start()
    try:
        await connection.execute(_AS_LONG_AS_SOMEBODY_LISTENS)
        yield
    finally:
        with CancelScope(shield=True):
            await _rolled_back(transaction, connection)


async def _rolled_back(transaction: Transaction, connection: ReadConnection) -> None:
    """End the transaction, and with it the connection where a COPY is still under way on that.

    asyncpg loses a cancellation that comes while a piece of the file waits to be taken, and then understands nothing
    that is said on the connection. PostgreSQL ends the COPY when it finds that nobody is there.
    """
    try:
        await transaction.rollback()
    except asyncpg.InternalClientError:
        connection.terminate()
