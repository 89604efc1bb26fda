"""How long a client is willing to wait, as it says in `X-Request-Timeout-Ms`."""

from collections.abc import Iterable

HEADER = b"x-request-timeout-ms"
_LONGEST_DIGITS = 7


def wanted_timeout_s(headers: Iterable[tuple[bytes, bytes]]) -> float:
    """The client's own limit in seconds; infinite where it names none, or something that is no number."""
    for name, value in headers:
        if name == HEADER:
            usable = value.isdigit() and len(value) <= _LONGEST_DIGITS
            return int(value) / 1000 if usable else float("inf")
    return float("inf")
