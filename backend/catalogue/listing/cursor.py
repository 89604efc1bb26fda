"""Opaque cursors: where a page ended, bound to its filters and sort, signed with the API's secret.

Layout before base64url: a 12 byte keyed BLAKE2b, then a JSON array of direction, row number or null, digest of
filters and sort, what a search looked for or null, and the sort keys of the row to go on from.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

import orjson

from catalogue.errors import BadRequest
from catalogue.listing.keys import plain_keys, typed_keys
from catalogue.listing.list_request import ListRequest
from catalogue.listing.search_text import SearchText

MAX_CURSOR_LENGTH = 4_000
_MAC_BYTES = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position` is the row number of the first row after it (forward) or of the row it points at (backward)."""

    backward: bool
    position: int | None
    keys: tuple[object, ...]
    search: SearchText | None = None


class CursorCodec:
    """Writes and reads cursors with one secret."""

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), person=b"catalogue-cursor").digest()

    def encode(self, cursor: Cursor, request: ListRequest) -> str:
        search = None if request.search is None else request.search.carried()
        head = [cursor.backward, cursor.position, request.digest, search]
        payload = orjson.dumps([*head, *plain_keys(cursor.keys)])
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
        backward, position, digest, carried, *keys = orjson.loads(payload)
        search = None if carried is None else _carried_search(carried, request)
        request = request if search is None else request.searching(search)
        if digest != request.digest:
            raise BadRequest("query.cursor belongs to other filters or another sort")
        return Cursor(
            backward=backward, position=position, keys=typed_keys(keys, request.sort), search=search
        )

    def _mac(self, payload: bytes) -> bytes:
        return blake2b(payload, key=self._key, digest_size=_MAC_BYTES).digest()


def _carried_search(carried: list[Any], request: ListRequest) -> SearchText | None:
    """None where the request has no search to apply it to."""
    if request.search is not None:
        return replace(request.search, query=carried[0], common=carried[1], corrected=carried[2])
    if (typed := request.typed_search) is None:
        return None
    return SearchText(typed, *carried)
