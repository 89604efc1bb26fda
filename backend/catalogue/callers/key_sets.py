"""Keys of the trusted issuer, by their id. What no signature may be checked with is left out."""

from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

MIN_SECRET_BYTES = 32
MIN_RSA_BITS = 2_048
_MAX_KEYS = 100
_PUBLIC = (RSAPublicKey, EllipticCurvePublicKey, Ed25519PublicKey)


class KeySet:
    """Left out: keys without an id, for encryption, of other kinds, private ones, weak ones."""

    def __init__(self, document: object) -> None:
        self._keys: dict[str, PyJWK] = {}
        self.replace(document)

    def replace(self, document: object) -> None:
        """Take another key set. Raises ValueError when it is none, or holds two keys of one id."""
        members = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(members, list) or len(members) > _MAX_KEYS:
            raise ValueError("not a JSON web key set")
        usable = [key for key in map(_usable, members) if key is not None]
        by_id = {str(key.key_id): key for key in usable}
        if not by_id:
            raise ValueError("the key set holds no key with an id that signatures can be checked with")
        if len(by_id) != len(usable):
            raise ValueError("the key set holds two keys of one id")
        self._keys = by_id

    def find(self, key_id: str) -> PyJWK | None:
        return self._keys.get(key_id)


def read_key_file(path: Path) -> KeySet:
    """Raises ValueError or OSError when the file holds no key set."""
    return KeySet(orjson.loads(path.read_bytes()))


def _usable(member: object) -> PyJWK | None:
    if not isinstance(member, dict) or not isinstance(member.get("kid"), str) or not member["kid"]:
        return None
    if member.get("use", "sig") != "sig" or "verify" not in member.get("key_ops", ["verify"]):
        return None
    try:
        key = PyJWK(member)
    except (PyJWTError, ValueError, TypeError, AttributeError, KeyError):
        return None
    return key if _is_strong(key.key) else None


def _is_strong(key: object) -> bool:
    """A private key has no place in what is published: whoever reads it there can sign."""
    if isinstance(key, bytes):
        return len(key) >= MIN_SECRET_BYTES
    if isinstance(key, RSAPublicKey):
        return key.key_size >= MIN_RSA_BITS
    return isinstance(key, _PUBLIC)
