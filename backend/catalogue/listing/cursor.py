"""Opaque cursors: where a page ended, bound to its filters and sort, signed with the API's secret.

Layout before base64url: a 12 byte keyed BLAKE2b, then a JSON array of direction, row number or null, digest of
filters and sort, and the sort keys of the row to go on from.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

import orjson

from catalogue.errors import BadRequest
from catalogue.listing.keys import plain_keys, typed_keys
from catalogue.listing.request import ListRequest

MAX_CURSOR_LENGTH = 4_000
_MAC_BYTES = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position` is the row number of the first row after it (forward) or of the row it points at (backward)."""

    backward: bool
    position: int | None
    keys: tuple[object, ...]


class CursorCodec:
    """Writes and reads cursors with one secret."""

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), person=b"catalogue-cursor").digest()

    def encode(self, cursor: Cursor, request: ListRequest) -> str:
        payload = orjson.dumps(
            [cursor.backward, cursor.position, request_digest(request), *plain_keys(cursor.keys)]
        )
        return base64.urlsafe_b64encode(self._mac(payload) + payload).rstrip(b"=").decode()

    def decode(self, text: str, request: ListRequest) -> Cursor:
        """Raises BadRequest for a cursor that is damaged, forged, or of another list."""
        if len(text) > MAX_CURSOR_LENGTH:
            raise BadRequest("query.cursor is not a cursor of this list")
        try:
            raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raise BadRequest("query.cursor is not a cursor of this list") from None
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not compare_digest(mac, self._mac(payload)):
            raise BadRequest("query.cursor is not a cursor of this list")
        backward, position, digest, *keys = orjson.loads(payload)
        if digest != request_digest(request):
            raise BadRequest("query.cursor belongs to other filters or another sort")
        return Cursor(backward=backward, position=position, keys=typed_keys(keys, request.sort))

    def _mac(self, payload: bytes) -> bytes:
        return blake2b(payload, key=self._key, digest_size=_MAC_BYTES).digest()


def request_digest(request: ListRequest) -> str:
    """A short digest of the collection, its filters (in any order) and its sort."""
    return blake2b((filters_digest(request) + request.sort_text).encode(), digest_size=9).hexdigest()


def filters_digest(request: ListRequest) -> str:
    """A short digest of the collection and its filters, in any order."""
    described = orjson.dumps(
        [
            request.collection.name,
            [[name, sorted(map(str, found))] for name, found in sorted(request.filters.items())],
        ]
    )
    return blake2b(described, digest_size=9).hexdigest()
