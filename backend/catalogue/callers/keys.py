"""API keys: `cat_<8 letters that may be shown>_<40 secret letters><8 hexadecimal digits of a checksum>`.

The secret holds 238 bits of chance, so a plain SHA-256 of the key is as good as a slow hash and costs nothing. The
checksum lets a mistyped or invented key be refused without asking the database.
"""

import hashlib
import re
import secrets
import string
from dataclasses import dataclass
from zlib import crc32

_LETTERS = string.ascii_letters + string.digits
_SHAPE = re.compile(r"cat_([0-9A-Za-z]{8})_[0-9A-Za-z]{40}([0-9a-f]{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once, and what is kept of it."""

    text: str
    prefix: str
    digest: bytes


def make_key() -> NewKey:
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(8))
    body = f"cat_{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(40))}"
    text = f"{body}{_checksum(body)}"
    return NewKey(text, prefix, key_digest(text))


def key_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def is_key_shaped(text: str) -> bool:
    """Whether `text` could be a key of ours at all."""
    match = _SHAPE.fullmatch(text)
    return match is not None and _checksum(text[:-8]) == match.group(2)


def _checksum(body: str) -> str:
    return f"{crc32(body.encode()):08x}"
