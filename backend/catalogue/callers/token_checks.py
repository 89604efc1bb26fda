"""What every JWT must satisfy before any key is looked at. Nothing a token says is followed anywhere."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from catalogue.errors import Unauthenticated

MAX_TOKEN_LENGTH = 8_192
LEEWAY_S = 5
REQUIRED_CLAIMS = ("iss", "aud", "sub", "exp", "iat")
_TIMES = ("exp", "iat", "nbf")
_LATEST = 2**53
_SHAPE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}", re.ASCII)
_ALLOWED_HEADERS = frozenset({"alg", "typ", "kid"})
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
_TYPES = frozenset({ACCESS_TOKEN_TYPE, "application/at+jwt", "jwt"})


def checked_header(token: str) -> dict[str, str]:
    """`alg`, `kid` and `typ` (in lower case) of a token that has no other header and a sane size.

    A token that brings a key, names an address of one, is packed or nested, asks for an extension, says something
    twice or is not written in the one way that base64url has, is refused. Raises Unauthenticated.
    """
    if len(token) > MAX_TOKEN_LENGTH or not _SHAPE.fullmatch(token):
        raise refused()
    header, claims, signature = (_decoded(part) for part in token.split("."))
    del signature
    _object(claims)
    found = _object(header)
    if not set(found) <= _ALLOWED_HEADERS or not all(isinstance(part, str) for part in found.values()):
        raise refused()
    found["typ"] = found.get("typ", "JWT").lower()
    if found["typ"] not in _TYPES or not found.get("kid") or len(found["kid"]) > 128:
        raise refused()
    return found


def check_claims(claims: dict[str, Any]) -> None:
    """Times are numbers of this age, the subject is a readable text. Raises Unauthenticated."""
    for name in _TIMES:
        if name in claims and not _is_time(claims[name]):
            raise refused()
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject or len(subject) > 200 or not subject.isprintable():
        raise refused()


def refused() -> Unauthenticated:
    """One answer for all: what exactly is wrong with a token helps only those who forge them."""
    return Unauthenticated("the token is not valid here, or not any more", error="invalid_token")


def _decoded(part: str) -> bytes:
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise refused() from None
    if urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise refused()
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise refused() from None
    if not isinstance(found, dict):
        raise refused()
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LATEST
