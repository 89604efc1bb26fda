"""Opening what is imported: a file or standard input, compressed or not, in whatever encoding it says."""

import codecs
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import Any, BinaryIO

from catalogue.importing.errors import ImportFileError

STANDARD_INPUT = "-"
LONGEST_LINE = 1_048_576

_BUFFER_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class CountingReader(io.RawIOBase):
    """Passes bytes through and counts them: how far into the file, compressed as it is, the import is."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        self.bytes_read += len(data)
        return len(data)


@dataclass(frozen=True)
class Source:
    """Text to import. `size_bytes` is None where it cannot be known (a pipe)."""

    text: io.TextIOWrapper
    counter: CountingReader
    size_bytes: int | None

    def lines(self) -> Iterator[str]:
        """The physical lines with their ends.

        Raises:
            ImportFileError: A line is longer than LONGEST_LINE characters, or the bytes cannot be read.
        """
        number = 0
        try:
            while line := self.text.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise ImportFileError(f"line {number} is longer than {LONGEST_LINE:,} characters")
                yield line
        except (EOFError, BadGzipFile, zlib.error, UnicodeError) as error:
            raise ImportFileError(f"after line {number}: the file cannot be read: {error}") from error


@contextmanager
def open_source(name: str, *, encoding: str | None) -> Iterator[Source]:
    """Open the file `name`, or standard input for `-`; gzip is recognised by its first bytes.

    Without an `encoding` a byte order mark decides, else UTF-8. Bytes that are no UTF-8 become lone surrogates,
    for validation to refuse row by row.

    Raises:
        ImportFileError: There is no such file, it cannot be read, or the encoding is unknown.
    """
    try:
        with _open_binary(name) as raw:
            yield _source(raw, encoding=encoding)
    except OSError as error:
        raise ImportFileError(f"{name}: {error.strerror or error}") from error


@contextmanager
def _open_binary(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb", buffering=0) as file:
        yield file


def _source(raw: BinaryIO, *, encoding: str | None) -> Source:
    counter = CountingReader(raw)
    buffered: io.BufferedReader[Any] = io.BufferedReader(counter, _BUFFER_BYTES)
    if buffered.peek(2)[:2] == _GZIP_MAGIC:
        buffered = io.BufferedReader(GzipFile(fileobj=buffered), _BUFFER_BYTES)
    name = encoding or _encoding_of(buffered)
    try:
        errors = "surrogateescape" if codecs.lookup(name).name.startswith("utf-8") else "strict"
    except LookupError as error:
        raise ImportFileError(f"there is no encoding {name!r}") from error
    text = io.TextIOWrapper(buffered, encoding=name, errors=errors, newline="")
    return Source(text, counter, _size_bytes(raw))


def _encoding_of(buffered: "io.BufferedReader[Any]") -> str:
    try:
        head = buffered.peek(4)[:4]
    except (EOFError, BadGzipFile, zlib.error) as error:
        raise ImportFileError(f"the file cannot be unpacked: {error}") from error
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")


def _size_bytes(raw: BinaryIO) -> int | None:
    try:
        if not raw.seekable():
            return None
        here = raw.tell()
        size = raw.seek(0, io.SEEK_END)
        raw.seek(here)
    except OSError:
        return None
    return size
