"""Entries as HTTP: status and headers that never change are put together once for each entry and coding."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue.caching.entry import Entry
from catalogue.edge.accept_encoding import IDENTITY
from catalogue.edge.protection import content_policy, protecting_headers

if TYPE_CHECKING:
    from starlette.types import Message

Header = tuple[bytes, bytes]
_MICROSECONDS = 2_000

CACHE_CONTROL = (b"cache-control", b"public, max-age=0, must-revalidate")
VARY = (b"vary", b"Accept-Encoding")
PROTECTION = (*protecting_headers(), *content_policy([]))


@dataclass(frozen=True, slots=True)
class Prepared:
    """One entry in one coding: what goes out, but for what each request adds."""

    ok: list[Header]
    unchanged: list[Header]
    body: "Message"
    no_body: "Message"


def prepared(entry: Entry, coding: bytes) -> Prepared:
    """Put together, or as it was put together before."""
    found = entry.prepared.get(coding)
    if isinstance(found, Prepared):
        return found
    body = entry.bodies[coding]
    unchanged = [(b"etag", entry.etag), CACHE_CONTROL, VARY]
    described = [(b"content-type", entry.content_type), (b"content-length", str(len(body)).encode())]
    if coding != IDENTITY:
        described.append((b"content-encoding", coding))
    if entry.link is not None:
        unchanged.append((b"link", entry.link))
    made = Prepared(
        ok=[*described, *unchanged, *PROTECTION],
        unchanged=unchanged,
        body={"type": "http.response.body", "body": body},
        no_body={"type": "http.response.body", "body": b""},
    )
    entry.prepared[coding] = made
    return made


def _local_times() -> list[tuple[Header, Header]]:
    return [timing_headers(number / 1e6, 0.0) for number in range(_MICROSECONDS)]


def timing_headers(elapsed_s: float, database_s: float) -> tuple[Header, Header]:
    """`X-Process-Time` in seconds and `Server-Timing` in milliseconds."""
    cache_s = elapsed_s - database_s
    timing = b"cache;dur=%.3f, db;dur=%.3f, total;dur=%.3f" % (
        cache_s * 1e3,
        database_s * 1e3,
        elapsed_s * 1e3,
    )
    return (b"x-process-time", b"%.6f" % elapsed_s), (b"server-timing", timing)


LOCAL_TIMES = _local_times()
"""The timing headers of a local hit by whole microseconds: writing them out would cost as much as the hit."""


def local_times(elapsed_s: float) -> tuple[Header, Header]:
    """The timing headers of an answer that needed no database."""
    microseconds = int(elapsed_s * 1e6)
    return LOCAL_TIMES[microseconds] if microseconds < _MICROSECONDS else timing_headers(elapsed_s, 0.0)


def start(status: int, headers: list[Header]) -> "dict[str, Any]":
    return {"type": "http.response.start", "status": status, "headers": headers}
