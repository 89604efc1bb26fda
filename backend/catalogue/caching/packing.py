"""Entries as bytes for Redis: a checksum over key and content, a small header, the bodies as they are sent.

What was cut off, was written by something else or stands under another key is no entry.
"""

import struct
from binascii import crc32
from typing import Any

import orjson

from catalogue.caching.entry import Entry, restored_entry
from catalogue.listing.shown import RowIds, Shown

_FRAME = struct.Struct(">4sIH")
_MAGIC = b"CAT5"


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
            "grace_s": entry.grace_s,
            "cost_s": entry.cost_s,
            "made_at": entry.made_at,
            "as_of": entry.as_of,
            "rows": entry.shown.ids,
            "span": entry.shown.span,
            "estimated": entry.shown.estimated,
            "counted": None if (counted := entry.shown.counted) is None else list(counted),
            "bodies": [[encoding.decode(), len(body)] for encoding, body in entry.bodies.items()],
            "address": address,
        }
    )
    content = b"".join((header, *entry.bodies.values()))
    return _FRAME.pack(_MAGIC, _checksum(key, content), len(header)) + content


def unpack(raw: bytes, *, key: bytes) -> Entry:
    """Raises NotAnEntryError."""
    header = packed_header(raw)
    if _FRAME.unpack_from(raw)[1] != _checksum(key, memoryview(raw)[_FRAME.size :]):
        raise NotAnEntryError
    try:
        return _entry(header, raw)
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnEntryError from error


def packed_header(raw: bytes) -> dict[str, Any]:
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


def _entry(header: dict[str, Any], raw: bytes) -> Entry:
    """What the checksum vouches for was written by `pack`."""
    place, bodies = len(raw), {}
    for encoding, size in reversed(header["bodies"]):
        bodies[encoding.encode()] = raw[place - size : place]
        place -= size
    link = header["link"]
    return restored_entry(
        bodies,
        content_type=header["type"].encode(),
        etag=header["etag"].encode(),
        link=None if link is None else link.encode("latin-1"),
        epoch=header["epoch"],
        lifetime_s=header["lifetime_s"],
        grace_s=header["grace_s"],
        cost_s=header["cost_s"],
        made_at=header["made_at"],
        as_of=header["as_of"],
        shown=_shown(header),
    )


def _shown(header: dict[str, Any]) -> Shown:
    span, counted = header["span"], header["counted"]
    return Shown(
        header["rows"],
        span=None if span is None else (span[0], span[1]),
        estimated=header["estimated"],
        counted=None if counted is None else RowIds(counted),
    )


def _checksum(key: bytes, content: bytes | memoryview) -> int:
    return crc32(content, crc32(key))
