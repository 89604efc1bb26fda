"""Files over HTTP: the name (RFC 6266), validators (RFC 9110, 13) and ranges (RFC 9110, 14)."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Response
from starlette.responses import StreamingResponse

from catalogue.errors import RangeNotSatisfiable

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII)
_UNQUOTABLE = re.compile(r"[^ !#-\[\]-~]")
Read = Callable[[int, int], Awaitable[AsyncIterator[bytes]]]
"""Gives the bytes from the first number up to the second, exclusive."""


@dataclass(frozen=True, slots=True)
class Download:
    """What is known of a file before it is read. `tag` is an entity tag with its quotes."""

    file_name: str
    media_type: str
    size_bytes: int
    tag: str


async def download(file: Download, request_headers: Mapping[str, str], read: Read) -> Response:
    """The file, the part of it that was asked for, or 304. Several ranges at once are answered with the whole.

    Raises:
        RangeNotSatisfiable: The range begins after the end.
    """
    headers = {
        "ETag": file.tag,
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "Content-Disposition": attachment(file.file_name),
    }
    if _is_known(request_headers.get("if-none-match"), file.tag):
        return Response(status_code=304, headers=headers)
    start, end, partial = 0, file.size_bytes, False
    if _range_applies(request_headers.get("if-range"), file.tag):
        asked = _range(request_headers.get("range", ""), file.size_bytes)
        start, end, partial = (*asked, True) if asked else (start, end, False)
    headers["Content-Length"] = str(end - start)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size_bytes}"
    pieces = await read(start, end)
    return StreamingResponse(
        pieces, status_code=206 if partial else 200, media_type=file.media_type, headers=headers
    )


def attachment(file_name: str) -> str:
    """`Content-Disposition` of a download: the whole name, and one in ASCII for clients that know no other."""
    plain = _UNQUOTABLE.sub("_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _is_known(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    known = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def _range_applies(if_range: str | None, tag: str) -> bool:
    """A weak tag never matches: what the client has may be another encoding of the file."""
    return if_range is None or (if_range.strip() == tag and not tag.startswith("W/"))


def _range(text: str, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last; None where the header is to be ignored."""
    found = _RANGE.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise RangeNotSatisfiable(
            f"the file has {size} bytes",
            headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"},
        )
    return start, end
