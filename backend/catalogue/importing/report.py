"""The list of refused rows, as a CSV file that is written while the import runs."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from catalogue.importing.errors import ImportFileError, Refusal

if TYPE_CHECKING:
    import _csv

COLUMNS = ("line", "column", "value", "code", "message")


class RefusalReport(Protocol):
    """Takes the refusals of one row after another."""

    def add(self, refusals: Sequence[Refusal]) -> None: ...


class _NoReport:
    def add(self, refusals: Sequence[Refusal]) -> None:
        """Nobody asked for one."""


class _CsvReport:
    def __init__(self, writer: "_csv.Writer") -> None:
        self._writer = writer

    def add(self, refusals: Sequence[Refusal]) -> None:
        self._writer.writerows(
            (refusal.line, refusal.column, refusal.value, refusal.code, refusal.message)
            for refusal in refusals
        )


@contextmanager
def refusal_report(path: Path | None) -> Iterator[RefusalReport]:
    """A report at `path`, one line a refused value; without a path none is kept.

    Raises:
        ImportFileError: The file cannot be written.
    """
    if path is None:
        yield _NoReport()
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            yield _CsvReport(writer)
    except OSError as error:
        raise ImportFileError(f"{path}: {error.strerror or error}") from error
