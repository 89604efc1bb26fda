"""COPYing checked rows to the staging table, as they come."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol

import asyncpg

from catalogue.importing.errors import Refusal
from catalogue.importing.queries import STAGED
from catalogue.importing.validation import ProductRow

CHUNK_ROWS = 1_000

_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class ImportObserver(Protocol):
    """Told how an import goes on."""

    def rows_read(self, count: int) -> None:
        """So many rows have been read so far."""

    def refused(self, refusals: Sequence[Refusal]) -> None:
        """One row was refused, for these reasons."""


async def stage(
    connection: asyncpg.Connection,
    rows: Iterator[ProductRow | list[Refusal]],
    *,
    fields: Sequence[str],
    observer: ImportObserver,
) -> int:
    """COPY the good rows to the staging table and tell the observer of the others; returns rows read.

    At most CHUNK_ROWS rows are in memory. Other tasks of the event loop get a turn after each chunk.
    """
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        good: list[str] = []
        for row in rows:
            read += 1
            if isinstance(row, ProductRow):
                good.append(_copy_line(row))
            else:
                observer.refused(row)
            if read % CHUNK_ROWS == 0:
                yield "".join(good).encode()
                good.clear()
                observer.rows_read(read)
                await asyncio.sleep(0)
        yield "".join(good).encode()

    await connection.copy_to_table(STAGED, source=chunks(), columns=("line", *fields))
    observer.rows_read(read)
    return read


def _copy_line(row: ProductRow) -> str:
    values = row.values
    if _SPECIAL.search("".join(filter(None, values))):
        values = [value and value.translate(_ESCAPES) for value in values]
    return "\t".join((str(row.line), *("\\N" if value is None else value for value in values))) + "\n"
