"""Taking the text from a document: plain text as it is, PDFs and images in a program of their own under limits."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from catalogue.orders.documents_checking import TEXT, NotText, decoded
from catalogue.orders.models import TextsStatus
from catalogue.orders.texts_process import BROKEN, TIMED_OUT, TOO_LARGE

NO_OCR = "no_ocr"
MAX_OUTPUT_BYTES = 33_554_432

_PDF = "application/pdf"
_MARGIN_S = 5
_READ_BYTES = 65_536
_REPLACED = str.maketrans({"\x00": "\ufffd"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What taking one document's text may use."""

    seconds: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Texts:
    """The text of each page, and how taking it went; `error` is a code where it did not go well."""

    pages: tuple[str, ...]
    status: TextsStatus
    error: str | None = None


async def take_texts(file: IO[bytes], content_type: str, limits: Limits) -> Texts:
    """The text of a document. Never raises for what is in the file."""
    if content_type == TEXT:
        return await asyncio.to_thread(_plain, file)
    if content_type == _PDF:
        command = [sys.executable, "-m", "catalogue.orders.texts_process"]
        return _pages(await _run([*command, str(limits.seconds), str(limits.memory_bytes)], file, limits))
    if (tesseract := shutil.which("tesseract")) is None:
        return Texts((), TextsStatus.UNAVAILABLE, NO_OCR)
    return _recognised(await _run([*_limited(limits), tesseract, "stdin", "stdout"], file, limits))


@dataclass(frozen=True, slots=True)
class _Output:
    data: bytes
    exit_code: int
    error: str | None


def _plain(file: IO[bytes]) -> Texts:
    try:
        text = decoded(file.read())
    except NotText:
        return Texts((), TextsStatus.FAILED, BROKEN)
    pages = text.replace("\r\n", "\n").split("\f")
    return Texts(tuple(map(_storable, pages)), TextsStatus.DONE)


def _limited(limits: Limits) -> Sequence[str]:
    """Start a program of others under the limits that our own sets itself, where there is a program for that."""
    if (prlimit := shutil.which("prlimit")) is None:
        return ()
    return (prlimit, f"--as={limits.memory_bytes * 2}", f"--cpu={limits.seconds}", "--fsize=0", "--")


def _pages(output: _Output) -> Texts:
    pages: list[str] = []
    error = output.error
    for line in output.data.decode(errors="replace").splitlines():
        parsed = _parsed(line)
        if isinstance(parsed, str):
            pages.append(_storable(parsed))
        elif isinstance(parsed, dict):
            error = error or str(parsed.get("error"))
    if not error and output.exit_code:
        error = TIMED_OUT if output.exit_code in {-signal.SIGXCPU, -signal.SIGKILL} else TOO_LARGE
    return Texts(tuple(pages), TextsStatus.FAILED if error else TextsStatus.DONE, error)


def _recognised(output: _Output) -> Texts:
    if output.error or output.exit_code:
        return Texts((), TextsStatus.FAILED, output.error or BROKEN)
    text = output.data.decode(errors="replace").removesuffix("\f")
    return Texts(tuple(_storable(page.strip()) for page in text.split("\f")), TextsStatus.DONE)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _storable(text: str) -> str:
    """Text as PostgreSQL takes it: no NUL, no half of a character."""
    return text.translate(_REPLACED).encode(errors="replace").decode()


async def _run(command: Sequence[str], file: IO[bytes], limits: Limits) -> _Output:
    """Run a program on the file, in a folder and with an environment that tell it nothing."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(limits.seconds + _MARGIN_S):
                data, error = await _read(process)
                return _Output(data, await process.wait(), error)
        except TimeoutError:
            return _Output(b"", 0, TIMED_OUT)
        finally:
            await _end(process)


async def _read(process: asyncio.subprocess.Process) -> tuple[bytes, str | None]:
    """What the program writes, up to MAX_OUTPUT_BYTES."""
    if process.stdout is None:
        raise RuntimeError("the program's output is piped")
    data = bytearray()
    while piece := await process.stdout.read(_READ_BYTES):
        data += piece
        if len(data) > MAX_OUTPUT_BYTES:
            process.kill()
            return b"", TOO_LARGE
    return bytes(data), None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
