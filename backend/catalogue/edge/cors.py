"""What an answer tells the browser of a page of another origin."""

from collections.abc import Iterable

EXPOSED = (
    "Consistency-Token",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
    "X-Cache",
    "X-Process-Time",
    "X-Request-ID",
)


def origin_headers(origins: Iterable[str]) -> dict[bytes, list[tuple[bytes, bytes]]]:
    """The headers for each origin that may read answers; `*` is not taken for a name."""
    exposed = (b"access-control-expose-headers", ", ".join(EXPOSED).encode())
    return {
        origin.encode(): [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin"), exposed]
        for origin in origins
    }
