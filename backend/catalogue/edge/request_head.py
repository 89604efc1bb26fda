"""What the cache wants to know of a request's headers, in one pass over them."""

from typing import NamedTuple

_ACCEPT_ENCODING = b"accept-encoding"
_IF_NONE_MATCH = b"if-none-match"
_REQUEST_ID = b"x-request-id"
_TOKEN = b"consistency-token"
_ORIGIN = b"origin"
_WANTED = frozenset({_ACCEPT_ENCODING, _IF_NONE_MATCH, _REQUEST_ID, _TOKEN, _ORIGIN})


class RequestHead(NamedTuple):
    """Values of headers; empty when there is none. Several of a kind are one list."""

    accept_encoding: bytes
    if_none_match: bytes
    request_id: bytes
    token: bytes
    origin: bytes


_NOTHING = RequestHead(b"", b"", b"", b"", b"")


def read_head(headers: list[tuple[bytes, bytes]]) -> RequestHead:
    """`headers` as ASGI has them, with names in lower case."""
    found: dict[bytes, bytes] | None = None
    for name, value in headers:
        if name in _WANTED:
            if found is None:
                found = {name: value}
            else:
                found[name] = _joined(found[name], value) if name in found else value
    if found is None:
        return _NOTHING
    get = found.get
    return RequestHead(
        get(_ACCEPT_ENCODING, b""),
        get(_IF_NONE_MATCH, b""),
        get(_REQUEST_ID, b""),
        get(_TOKEN, b""),
        get(_ORIGIN, b""),
    )


def _joined(first: bytes, second: bytes) -> bytes:
    return b"%s, %s" % (first, second)
