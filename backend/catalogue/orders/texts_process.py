"""`python -m catalogue.orders.texts_process SECONDS MEMORY_BYTES`: the text of a PDF, page by page.

Reads the PDF from standard input, which must be a file, and writes one JSON text a page, a line each; what ends it
early is a last line `{"error": code}`. Runs apart from everything else, under limits that it cannot lift.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import BinaryIO, NoReturn, TextIO

from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, LimitReachedError, WrongPasswordError

MAX_PAGES = 2_000
MAX_PAGE_CHARACTERS = 1_000_000
ENCRYPTED, BROKEN, TOO_LARGE, TIMED_OUT = "encrypted", "broken", "too_large", "timed_out"


class _OutOfTime(BaseException):
    """The processor time is used up. No handler of exceptions may swallow it."""


def main() -> None:
    seconds, memory_bytes = map(int, sys.argv[1:])
    _limit(seconds, memory_bytes)
    error = _write_pages(sys.stdin.buffer, sys.stdout)
    if error:
        print(json.dumps({"error": error}))  # noqa: T201 - the answer
    sys.stdout.flush()


def _limit(seconds: int, memory_bytes: int) -> None:
    signal.signal(signal.SIGXCPU, _out_of_time)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _out_of_time(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTime


def _write_pages(file: BinaryIO, out: TextIO) -> str:
    """Write each page as it is read; returns what ended it early, if anything did."""
    try:
        out.writelines(json.dumps(text) + "\n" for text in _texts(file))
    except (FileNotDecryptedError, WrongPasswordError):
        return ENCRYPTED
    except (MemoryError, LimitReachedError):
        return TOO_LARGE
    except _OutOfTime:
        return TIMED_OUT
    except Exception:  # noqa: BLE001 - a broken file may break the library anywhere
        return BROKEN
    return ""


def _texts(file: BinaryIO) -> Iterator[str]:
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise WrongPasswordError
    if len(reader.pages) > MAX_PAGES:
        raise LimitReachedError
    for page in reader.pages:
        text = page.extract_text()
        if len(text) > MAX_PAGE_CHARACTERS:
            raise LimitReachedError
        yield text


if __name__ == "__main__":
    main()
