"""Whether a file may be kept as a document: its extension, and that its content is what the extension says."""

import codecs
from typing import IO

import puremagic

from catalogue.errors import FieldError, ValidationFailed

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "txt": "text/plain",
}
TEXT = "text/plain"

_HEAD_BYTES = 4_096
_BINARY = frozenset(CONTENT_TYPES.values()) - {TEXT}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r\f\x1b\b")


class NotText(Exception):
    """The bytes are no text in any encoding that is tried."""


def content_type(file: IO[bytes], file_name: str) -> str:
    """The media type of a document; reads the file and leaves it at its start.

    Raises:
        ValidationFailed: Its extension is none of CONTENT_TYPES, or its content is something else.
    """
    extension = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    expected = CONTENT_TYPES.get(extension)
    if expected is None:
        raise _refused("unknown_extension", f"must end in one of {', '.join(CONTENT_TYPES)}")
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    fits = _is_text(file, head) if expected == TEXT else expected in _recognised(head)
    file.seek(0)
    if not fits:
        raise _refused("content_mismatch", f"its content is not what the extension .{extension} says")
    return expected


def decoded(data: bytes) -> str:
    """A text file's text: by its byte order mark, else UTF-8, else Windows-1252 without control characters.

    Raises:
        NotText: It is none of these.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text = "" if encoding else _western(data)
    if not text or "\x00" in text:
        raise NotText
    return text


def _western(data: bytes) -> str:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROL.intersection(text) else text


def _is_text(file: IO[bytes], head: bytes) -> bool:
    if _recognised(head) & _BINARY:
        return False
    try:
        decoded(file.read())
    except NotText:
        return False
    return True


def _recognised(head: bytes) -> set[str]:
    """The media types whose mark at the beginning is the longest that fits: RIFF alone says little, RIFF…WEBP all."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return set()
    longest = max(len(match.byte_match) for match in found)
    return {match.mime_type for match in found if len(match.byte_match) == longest}


def _refused(code: str, message: str) -> ValidationFailed:
    return ValidationFailed(FieldError("body.file", code, message))
