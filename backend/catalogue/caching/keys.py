"""Cache keys: what is asked, in one spelling; who asks; how new the answer must be."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

import orjson

from catalogue import __version__
from catalogue.listing.list_request import ListRequest
from catalogue.settings import Settings

PUBLIC = "public"
"""The scope of callers who all see the same. What depends on who asks gets another scope in its key."""


def list_parameters(request: ListRequest) -> str:
    """A list request in one spelling: filters and their values sorted, defaults as if they had been written."""
    place = ["cursor", request.cursor] if request.cursor is not None else ["offset", request.offset or 0]
    asked = [
        filter_parameters(request),
        request.sort_text,
        request.fields,
        request.limit,
        place,
        request.count,
        request.facets,
    ]
    return orjson.dumps(asked).decode()


def filter_parameters(request: ListRequest) -> list[object]:
    """The filters of a request in one spelling."""
    return [[name, sorted(map(_plain, values))] for name, values in sorted(request.filters.items())]


def shared_key(parts: Iterable[object], *, namespace: str) -> bytes:
    """The name of an entry in Redis."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return f"{namespace}:entry:{blake2b(text, digest_size=20).hexdigest()}".encode()


def deployment_namespace(settings: Settings) -> str:
    """The first part of every key: programs that answer differently, or sign cursors differently, share nothing."""
    signed = blake2b(settings.server.secret_key.encode(), digest_size=6, person=b"cache").hexdigest()
    return f"{settings.cache.cache_namespace}:{__version__}:{signed}"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
