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
MOST_LINES = 50_000_000
MOST_UNPACKED_BYTES = 4_294_967_296

_BUFFER_BYTES = 256 * 1024
_NOT_OF_FILES = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"}
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


class _UnpackedReader(io.RawIOBase):
    """Unpacks gzip, up to a bound: a small file can unpack to a thousand times its size."""

    def __init__(self, packed: "io.BufferedReader[Any]", most_bytes: int) -> None:
        self._file = GzipFile(fileobj=packed)
        self._left = self._most = most_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise ImportFileError(f"the file unpacks to more than {self._most:,} bytes")
        buffer[: len(data)] = data
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
                if number > MOST_LINES:
                    raise ImportFileError(f"the file has more than {MOST_LINES:,} lines")
                yield line
        except (EOFError, BadGzipFile, zlib.error, UnicodeError, ValueError) as error:
            if isinstance(error, ImportFileError):
                raise
            raise ImportFileError(f"after line {number}: the file cannot be read: {error}") from error


@contextmanager
def open_source(
    name: str, *, encoding: str | None, most_unpacked_bytes: int = MOST_UNPACKED_BYTES
) -> Iterator[Source]:
    """Open the file `name`, or standard input for `-`; gzip is recognised by its first bytes.

    Without an `encoding` a byte order mark decides, else UTF-8. Bytes that are no UTF-8 become lone surrogates,
    for validation to refuse row by row.

    Raises:
        ImportFileError: There is no such file, it cannot be read, or the encoding is unknown.
    """
    try:
        with _open_binary(name) as raw:
            yield source_of(raw, encoding=encoding, most_unpacked_bytes=most_unpacked_bytes)
    except OSError as error:
        raise ImportFileError(f"{name}: {error.strerror or error}") from error


def source_of(
    raw: BinaryIO, *, encoding: str | None, most_unpacked_bytes: int = MOST_UNPACKED_BYTES
) -> Source:
    """The same of a binary file that is open. Raises ImportFileError."""
    counter = CountingReader(raw)
    buffered: io.BufferedReader[Any] = io.BufferedReader(counter, _BUFFER_BYTES)
    if buffered.peek(2)[:2] == _GZIP_MAGIC:
        buffered = io.BufferedReader(_UnpackedReader(buffered, most_unpacked_bytes), _BUFFER_BYTES)
    name = encoding or _encoding_of(buffered)
    errors = "surrogateescape" if checked_encoding(name).startswith("utf-8") else "strict"
    text = io.TextIOWrapper(buffered, encoding=name, errors=errors, newline="")
    return Source(text, counter, _size_bytes(raw))


def checked_encoding(name: str) -> str:
    """The encoding's own name. Raises ImportFileError when there is none, or it is none of files."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise ImportFileError(f"there is no encoding {name[:50]!r}") from error
    if not getattr(found, "_is_text_encoding", True) or found.name in _NOT_OF_FILES:
        raise ImportFileError(f"{name[:50]!r} is no encoding of text files")
    return found.name


@contextmanager
def _open_binary(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb", buffering=0) as file:
        yield file


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
