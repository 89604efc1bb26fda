"""Entries as bytes for Redis: a checksum over key and content, a small header, the bodies as they are sent.

What was cut off, was written by something else or stands under another key is no entry.
"""

import struct
from binascii import crc32

import orjson

from catalogue.caching.entry import Entry, restored_entry

_FRAME = struct.Struct(">4sIH")
_MAGIC = b"CAT4"


class NotAnEntryError(Exception):
    """Bytes that are no entry of this key."""


def pack(entry: Entry, *, key: bytes, address: str) -> bytes:
    """`address` is what was asked; it is there for people who look into Redis."""
    header = orjson.dumps(
        {
            "type": entry.content_type.decode(),
            "etag": entry.etag.decode(),
            "link": None if entry.link is None else entry.link.decode("latin-1"),
            "epoch": entry.epoch,
            "lifetime_s": entry.lifetime_s,
            "cost_s": entry.cost_s,
            "made_at": entry.made_at,
            "as_of": entry.as_of,
            "rows": entry.row_tags,
            "span": entry.span,
            "bodies": [[encoding.decode(), len(body)] for encoding, body in entry.bodies.items()],
            "address": address,
        }
    )
    content = b"".join((header, *entry.bodies.values()))
    return _FRAME.pack(_MAGIC, _checksum(key, content), len(header)) + content


def unpack(raw: bytes, *, key: bytes) -> Entry:
    """Raises NotAnEntryError."""
    content = raw[_FRAME.size :]
    header = packed_header(raw)
    if _FRAME.unpack_from(raw)[1] != _checksum(key, content):
        raise NotAnEntryError
    try:
        return _entry(header, content)
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnEntryError from error


def packed_header(raw: bytes) -> dict[str, object]:
    """The header alone, from the first bytes of an entry. Raises NotAnEntryError."""
    try:
        magic, _, length = _FRAME.unpack_from(raw)
        if magic != _MAGIC:
            raise NotAnEntryError
        header = orjson.loads(raw[_FRAME.size : _FRAME.size + length])
    except (struct.error, ValueError) as error:
        raise NotAnEntryError from error
    if not isinstance(header, dict):
        raise NotAnEntryError
    return header


def _entry(header: dict[str, object], content: bytes) -> Entry:
    sizes: list[tuple[str, int]] = header["bodies"]  # type: ignore[assignment]
    place = len(content) - sum(size for _, size in sizes)
    bodies = {}
    for encoding, size in sizes:
        bodies[encoding.encode()] = content[place : place + size]
        place += size
    link, rows, span = header["link"], header["rows"], header["span"]
    if not isinstance(rows, list) or not (span is None or isinstance(span, list)):
        raise NotAnEntryError
    return restored_entry(
        bodies,
        content_type=str(header["type"]).encode(),
        etag=str(header["etag"]).encode(),
        link=None if link is None else str(link).encode("latin-1"),
        epoch=int(str(header["epoch"])),
        lifetime_s=float(str(header["lifetime_s"])),
        cost_s=float(str(header["cost_s"])),
        made_at=float(str(header["made_at"])),
        as_of=int(str(header["as_of"])),
        row_tags=tuple(map(str, rows)),
        span=None if span is None else (float(span[0]), float(span[1])),
    )


def _checksum(key: bytes, content: bytes) -> int:
    return crc32(content, crc32(key))
