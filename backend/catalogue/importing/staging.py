"""COPYing checked rows to the staging table, as they come."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from time import perf_counter
from typing import Protocol

import asyncpg

from catalogue.importing.errors import Refusal
from catalogue.importing.queries import STAGED
from catalogue.importing.validation import ProductRow

_MOST_ROWS = 1_000
_TURN_S = 0.1
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class ImportObserver(Protocol):
    """Told how an import goes on."""

    async def rows_read(self, count: int, *, all_of_them: bool = False) -> None:
        """So many rows have been read so far. May raise to end the import."""

    def refused(self, refusals: Sequence[Refusal]) -> None:
        """One row was refused, for these reasons."""


async def stage(
    connection: asyncpg.Connection,
    rows: Iterator[ProductRow | list[Refusal] | None],
    *,
    fields: Sequence[str],
    observer: ImportObserver,
) -> int:
    """COPY the good rows to the staging table and tell the observer of the others; returns rows read.

    Few rows are in memory at any time, and other tasks of the event loop get their turn every _TURN_S seconds,
    whatever is in the file.
    """
    staging = _Staging(rows, observer)
    await connection.copy_to_table(STAGED, source=staging.pieces(), columns=("line", *fields))
    return staging.read


class _Staging:
    def __init__(self, rows: Iterator[ProductRow | list[Refusal] | None], observer: ImportObserver) -> None:
        self.read = 0
        self._rows, self._observer = rows, observer

    async def pieces(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            lines: list[str] = []
            more = self._take_turn(lines)
            if lines:
                yield "".join(lines).encode()
            await self._observer.rows_read(self.read)
            await asyncio.sleep(0)

    def _take_turn(self, lines: list[str]) -> bool:
        """Collect lines for one turn; False when there are no more rows."""
        turn_ends = perf_counter() + _TURN_S
        for row in self._rows:
            if isinstance(row, ProductRow):
                self.read += 1
                lines.append(_copy_line(row))
            elif row is not None:
                self.read += 1
                self._observer.refused(row)
            if len(lines) >= _MOST_ROWS or perf_counter() > turn_ends:
                return True
        return False


def _copy_line(row: ProductRow) -> str:
    values = row.values
    if _SPECIAL.search("".join(filter(None, values))):
        values = [value and value.translate(_ESCAPES) for value in values]
    return "\t".join((str(row.line), *("\\N" if value is None else value for value in values))) + "\n"
