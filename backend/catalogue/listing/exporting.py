"""Every row of a list as CSV or NDJSON, read through a server-side cursor so that memory stays flat."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio import CancelScope

from catalogue.db.reading import ReadConnection, ReadSession
from catalogue.errors import FieldError, ValidationFailed
from catalogue.listing.counting import export_statement
from catalogue.listing.declaration import Collection
from catalogue.listing.request import ListRequest, parse_request

ROWS_AT_A_TIME = 1_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class ExportFormat:
    name: str
    media_type: str


FORMATS = {
    "csv": ExportFormat("csv", "text/csv; charset=utf-8"),
    "ndjson": ExportFormat("ndjson", "application/x-ndjson"),
}


_FORMAT_BY_PARAMETER = {f"format={name}".encode(): export_format for name, export_format in FORMATS.items()}
_WHOLE = {b"limit", b"cursor", b"offset", b"page", b"count", b"facets"}


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


async def export_rows(
    reader: ReadSession, request: ListRequest, export_format: ExportFormat
) -> AsyncIterator[bytes]:
    """Yield the file piece by piece. When the client leaves, the cursor and its transaction end."""
    as_csv = export_format.name == "csv"
    statement = export_statement(request, as_json=not as_csv)
    if as_csv:
        yield _csv([request.fields])
    arguments = statement.arguments(request.bound_values())
    async with reader.connection() as connection, _transaction(connection):
        cursor = await connection.cursor(statement.sql, *arguments)
        while rows := await cursor.fetch(ROWS_AT_A_TIME):
            if as_csv:
                yield _csv(map(_safe_cells, rows))
            else:
                yield "".join([f"{row[0]}\n" for row in rows]).encode()


@asynccontextmanager
async def _transaction(connection: ReadConnection) -> AsyncIterator[None]:
    """A transaction that is rolled back in full even when its task is being cancelled."""
    transaction = connection.transaction(readonly=True)
    await transaction.start()
    try:
        yield
    finally:
        with CancelScope(shield=True):
            await transaction.rollback()


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _safe_cells(row: Iterable[Any]) -> list[object]:
    """Cells as a spreadsheet may open them: a text that would be a formula gets an apostrophe before it."""
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else _plain(cell)
        for cell in row
    ]


def _plain(cell: object) -> object:
    isoformat = getattr(cell, "isoformat", None)
    return isoformat() if isoformat is not None else cell
