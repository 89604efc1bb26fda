"""What every JWT must satisfy before any key is looked at. Nothing a token says is followed anywhere."""

import jwt
from jwt.exceptions import InvalidTokenError

from catalogue.errors import Unauthenticated

MAX_TOKEN_LENGTH = 8_192
LEEWAY_S = 5
REQUIRED_CLAIMS = ("iss", "aud", "sub", "exp", "iat")
_ALLOWED_HEADERS = frozenset({"alg", "typ", "kid"})
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type
_TYPES = frozenset({ACCESS_TOKEN_TYPE, "application/at+jwt", "JWT"})


def checked_header(token: str) -> dict[str, str]:
    """`alg`, `kid` and `typ` of a token that has no other header and a sane size.

    A token that brings a key, names an address of one, is packed or nested, or asks for an extension is refused.
    Raises Unauthenticated.
    """
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii() or token.count(".") != 2:
        raise refused()
    try:
        header = jwt.get_unverified_header(token)
    except (InvalidTokenError, ValueError, RecursionError):
        raise refused() from None
    if not set(header) <= _ALLOWED_HEADERS or not all(isinstance(part, str) for part in header.values()):
        raise refused()
    if header.get("typ", "JWT") not in _TYPES or not header.get("kid") or len(header["kid"]) > 128:
        raise refused()
    return header


def refused() -> Unauthenticated:
    """One answer for all: what exactly is wrong with a token helps only those who forge them."""
    return Unauthenticated("the token is not valid here, or not any more", error="invalid_token")
