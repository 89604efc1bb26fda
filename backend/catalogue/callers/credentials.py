"""What a request shows to say who it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from catalogue.errors import Unauthenticated

MAX_LENGTH = 9_000
SHOWING = frozenset({b"x-api-key", b"authorization"})
"""The headers by which a caller may be known."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """`digest` stands for what was shown: secrets are not kept as they are, not even for a moment."""

    kind: Literal["key", "token"]
    text: str
    digest: bytes


def digest_of(header: tuple[bytes, bytes]) -> bytes:
    """What a header that shows something is remembered by."""
    return blake2b(b"%s: %s" % header, digest_size=32).digest()


def credentials_of(headers: Iterable[tuple[bytes, bytes]]) -> Credentials | None:
    """What the headers show; None: nothing. Where both are shown, the key decides.

    Raises Unauthenticated for the same header twice and for another scheme.
    """
    shown = [header for header in headers if header[0] in SHOWING]
    if not shown:
        return None
    keys = [value for name, value in shown if name == b"x-api-key"]
    tokens = [value for name, value in shown if name == b"authorization"]
    if len(keys) > 1 or len(tokens) > 1:
        raise Unauthenticated("show one key or one token, not several", error="invalid_request")
    return _read(b"x-api-key", keys[0]) if keys else _read(b"authorization", tokens[0])


def _read(name: bytes, value: bytes) -> Credentials:
    text = value.decode("latin-1").strip()
    digest = digest_of((name, value))
    if name == b"x-api-key":
        return Credentials("key", _sane(text), digest)
    scheme, _, token = text.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("Authorization takes a Bearer token", error="invalid_request")
    return Credentials("token", _sane(token.strip()), digest)


def _sane(text: str) -> str:
    if not text or len(text) > MAX_LENGTH or not text.isascii() or not text.isprintable():
        raise Unauthenticated("the key or token is not valid here", error="invalid_token")
    return text
