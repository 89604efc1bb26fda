"""Content codings: what a client accepts (RFC 9110, 12.5.3), and bodies in them."""

import re
import zlib
from functools import lru_cache

import brotli  # type: ignore[import-untyped]
import zstandard

from catalogue.errors import NotAcceptable

IDENTITY = b"identity"
CODINGS = (b"zstd", b"br", b"gzip")
LEAST_BYTES = 512
"""Smaller bodies are sent as they are."""

_LONGEST_REMEMBERED = 256
_QUALITY = re.compile(rb"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_GZIP_WINDOW = 31


def accepted_coding(header: bytes) -> bytes:
    """The best coding that `Accept-Encoding` allows. Raises NotAcceptable when it allows none."""
    return _remembered(header) if len(header) <= _LONGEST_REMEMBERED else _best(header)


def _best(header: bytes) -> bytes:
    wanted: dict[bytes, float] = {}
    for part in header.lower().split(b","):
        name, _, parameters = part.strip().partition(b";")
        quality = _QUALITY.fullmatch(parameters.strip()) if parameters else None
        wanted[name.strip()] = 1.0 if quality is None else float(quality[1])
    others = wanted.get(b"*", 0.0)
    best = max(CODINGS, key=lambda coding: wanted.get(coding, others))
    identity = wanted.get(IDENTITY, wanted.get(b"*", 1.0))
    preference = wanted.get(best, others)
    if preference > 0 and (preference >= identity or IDENTITY not in wanted):
        return best
    if identity > 0:
        return IDENTITY
    raise NotAcceptable(f"the codings are {', '.join(map(bytes.decode, (*CODINGS, IDENTITY)))}")


_remembered = lru_cache(maxsize=1_024)(_best)


def encoded(body: bytes, coding: bytes) -> bytes:
    """A body in one of `CODINGS`; the event loop waits, so the levels are those where a page costs a few tenths of a millisecond."""
    if coding == b"zstd":
        return zstandard.ZstdCompressor(level=3).compress(body)
    if coding == b"br":
        return bytes(brotli.compress(body, quality=4))
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(body) + packer.flush()
