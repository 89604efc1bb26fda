"""The records of a file, CSV or NDJSON, each with the line it starts on."""

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from catalogue.importing.errors import LONGEST_SHOWN_VALUE, ImportFileError, Refusal
from catalogue.importing.mapping import Mapping
from catalogue.importing.source import Source

if TYPE_CHECKING:
    import _csv

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2_000


@dataclass(frozen=True)
class Record:
    """One record's cells, in the order of the file's columns; an absent one is empty."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """The columns of a file and, as they are read, its records; what is no record is a refusal, a blank one None."""

    columns: tuple[str, ...]
    rows: Iterator[Record | Refusal | None]


def read_table(source: Source, mapping: Mapping) -> Table:
    """Read a source as the mapping says; where it does not, the first line decides.

    Raises:
        ImportFileError: It is empty or is no table. While rows are read: it cannot be read on.
    """
    lines = source.lines()
    first = next(lines, "")
    if not first.strip():
        raise ImportFileError("the file is empty, or its first line is")
    all_lines = itertools.chain((first,), lines)
    _require_text(first)
    form = mapping.format or ("ndjson" if first.lstrip().startswith("{") else "csv")
    if form == "ndjson":
        columns = tuple(dict.fromkeys(mapping.columns.values())) or _keys(first)
        _require_few(columns)
        return Table(columns, _json_rows(all_lines, columns))
    return _csv_table(all_lines, mapping.delimiter or sniff_delimiter(first))


def _require_text(first: str) -> None:
    if first.startswith("PK\x03\x04"):
        raise ImportFileError("the file is a spreadsheet or a zip archive: save it as CSV first")
    if "\x00" in first:
        raise ImportFileError("the file is no text, or its encoding is another one")


def _require_few(columns: tuple[str, ...]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise ImportFileError(f"the file has {len(columns):,} columns; at most {MOST_COLUMNS:,} are read")


def sniff_delimiter(header: str) -> str:
    """The delimiter that occurs most often outside quotes in the header line; a comma when none does."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _csv_table(lines: Iterator[str], delimiter: str) -> Table:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header = next(reader)
    except csv.Error as error:
        raise ImportFileError(f"the header cannot be read: {error}") from error
    columns = tuple(name.strip() for name in header)
    _require_few(columns)
    return Table(columns, _csv_rows(reader, columns))


def _csv_rows(reader: "_csv.Reader", columns: tuple[str, ...]) -> Iterator[Record | Refusal | None]:
    width, line = len(columns), reader.line_num + 1
    try:
        for cells in reader:
            if len(cells) == width:
                yield Record(line, cells)
            else:
                yield _wrong_field_count(line, cells, width) if cells else None
            line = reader.line_num + 1
    except csv.Error as error:
        raise ImportFileError(
            f"the record on line {line} cannot be read: {error} (a quote left open?)"
        ) from error


def _wrong_field_count(line: int, cells: list[str], width: int) -> Refusal:
    return Refusal(
        line=line,
        column="",
        value=" | ".join(cells)[:LONGEST_SHOWN_VALUE],
        code="wrong_field_count",
        message=f"the row has {len(cells)} fields, the header {width}",
    )


def _keys(first: str) -> tuple[str, ...]:
    try:
        record = orjson.loads(first)
    except orjson.JSONDecodeError as error:
        raise ImportFileError(f"the first line is no JSON object: {error}") from error
    return tuple(record) if isinstance(record, dict) else ()


def _json_rows(lines: Iterator[str], columns: tuple[str, ...]) -> Iterator[Record | Refusal | None]:
    for line, text in enumerate(lines, start=1):
        yield _json_row(line, text, columns) if text.strip() else None


def _json_row(line: int, text: str, columns: tuple[str, ...]) -> Record | Refusal:
    try:
        record = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        return _refused(line, "", text, code="not_json", message=f"the line is no JSON: {error}")
    if not isinstance(record, dict):
        return _refused(line, "", text, code="not_json", message="the line is no JSON object")
    cells = []
    for column in columns:
        value = record.get(column)
        if isinstance(value, dict | list | bool):
            shown = orjson.dumps(value).decode()
            return _refused(
                line, column, shown, code="not_text", message="the value is no text and no number"
            )
        cells.append("" if value is None else str(value))
    return Record(line, cells)


def _refused(line: int, column: str, value: str, *, code: str, message: str) -> Refusal:
    shown = value.strip()[:LONGEST_SHOWN_VALUE]
    return Refusal(line=line, column=column, value=shown, code=code, message=message)
