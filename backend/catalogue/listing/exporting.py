"""Every row of a list as CSV or NDJSON, read through a server-side cursor so that memory stays flat."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

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


def parse_export(collection: Collection, query_string: bytes) -> tuple[ListRequest, ExportFormat]:
    """Parse filters, `sort`, `fields` and `format`. Raises ValidationFailed."""
    pairs = parse_qsl(query_string.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=250)
    chosen = [text for name, text in pairs if name == "format"]
    if len(chosen) != 1 or chosen[0] not in FORMATS:
        raise ValidationFailed(FieldError("query.format", "not_a_choice", "must be csv or ndjson"))
    for name, _ in pairs:
        if name in {"limit", "cursor", "offset", "page", "count", "facets"}:
            raise ValidationFailed(
                FieldError(f"query.{name}", "unknown_parameter", "an export holds every row")
            )
    rest = urlencode([(name, text) for name, text in pairs if name != "format"])
    return parse_request(collection, rest.encode()), FORMATS[chosen[0]]


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
