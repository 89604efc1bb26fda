"""Access tokens: our own, and those of one issuer that is trusted by setting.

Ours are signed with Ed25519; the key follows from SECRET_KEY, so all workers and hosts of an installation agree on
it and there is no file to guard besides. They say who logged in and when, not what that person may do: that is read
from the database, so a change is in force at once and not when a token expires.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.exceptions import PyJWTError

from catalogue.callers.key_sets import KeySet
from catalogue.callers.token_checks import (
    ACCESS_TOKEN_TYPE,
    LEEWAY_S,
    REQUIRED_CLAIMS,
    check_claims,
    checked_header,
    refused,
)

ISSUER = "catalogue"
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_MAX_ID = 10**18
_ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """Who logged in: `login_id` is the time they did."""

    user_id: int
    login_id: int
    expires_at: float = 0.0


@dataclass(frozen=True, slots=True)
class ForeignClaims:
    """What the trusted issuer says of somebody."""

    subject: str
    scopes: frozenset[str]
    expires_at: float


class TokenSigner:
    """Makes and reads our own access tokens."""

    def __init__(self, secret_key: str, *, lifetime_s: int) -> None:
        seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"catalogue access tokens").derive(
            secret_key.encode()
        )
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._key.public_key()
        raw = self._public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(raw).hexdigest()[:16]
        self.lifetime_s = lifetime_s

    def sign(self, claims: OwnClaims) -> str:
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": str(claims.user_id),
            "login": claims.login_id,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime_s,
        }
        headers = {"typ": ACCESS_TOKEN_TYPE, "kid": self.key_id}
        return jwt.encode(payload, self._key, algorithm=_ALGORITHM, headers=headers)

    def read(self, token: str, header: dict[str, str]) -> OwnClaims:
        """Raises Unauthenticated."""
        if header.get("alg") != _ALGORITHM or header.get("typ") != ACCESS_TOKEN_TYPE:
            raise refused()
        claims = _decode(token, self._public, _ALGORITHM, audience=ISSUER, issuer=ISSUER)
        login_id, subject = claims.get("login"), claims["sub"]
        if type(login_id) is not int or not 0 < login_id < _MAX_ID or not _ID.fullmatch(subject):
            raise refused()
        return OwnClaims(int(subject), login_id, float(claims["exp"]))


class ForeignTokens:
    """Reads tokens of the issuer that settings name."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str, algorithms: frozenset[str]) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._algorithms = algorithms

    def read(self, token: str, header: dict[str, str]) -> ForeignClaims:
        """Raises Unauthenticated."""
        found = self._keys.find(header["kid"])
        if found is None or header.get("alg") not in self._algorithms:
            raise refused()
        if found.algorithm_name != header["alg"]:  # a key serves one algorithm, whatever a token says
            raise refused()
        claims = _decode(token, found.key, found.algorithm_name, audience=self._audience, issuer=self._issuer)
        given = claims.get("scope", "")
        if not isinstance(given, str):
            raise refused()
        return ForeignClaims(claims["sub"], frozenset(given.split()), float(claims["exp"]))


class Tokens:
    """Reads any token: the key's name says whose it is. What is wrong with one raises Unauthenticated."""

    def __init__(self, signer: TokenSigner, foreign: ForeignTokens | None) -> None:
        self._signer = signer
        self._foreign = foreign

    def read(self, token: str) -> OwnClaims | ForeignClaims:
        header = checked_header(token)
        if header["kid"] == self._signer.key_id:
            return self._signer.read(token, header)
        if self._foreign is None:
            raise refused()
        return self._foreign.read(token, header)


def _decode(token: str, key: Any, algorithm: str, *, audience: str, issuer: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_S,
            options={"require": list(REQUIRED_CLAIMS)},
        )
    except (PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise refused() from None
    check_claims(claims)
    return claims
