"""One cached answer: its bytes, once for each encoding, and how long it may be used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import uniform
from time import monotonic, time

from catalogue.changes.moves import Span

JITTER = 0.1
EARLY_FACTOR = 8.0
"""So many times its cost before an entry expires, it begins to be made anew by chance; earlier the chance is below 1 in 2,000."""

OVERHEAD_BYTES = 2_048
ROW_BYTES = 64


@dataclass(slots=True, eq=False)
class Entry:
    """Instants are of the monotonic clock, in seconds, except `made_at`, which is wall-clock time.

    Attributes:
        bodies: The body by encoding; `identity` is always there.
        cost_s: What making it took.
        epoch: The newest change that it shows, of those that concern it.
        as_of: Changes of its rows up to here are in it: at first, as far as the feed had come when it was begun.
        rows: The ids of the rows that it shows.
        span: From where to where they lie in what they are ordered by, where that is a number.
        estimated: Whether its facets are estimates, which no single row's move makes old.
        position: Up to here the change feed is known to hold nothing newer.
        outdated_at: When it was seen to be older than a change.
        prepared: Whatever the edge keeps for each encoding.
    """

    bodies: dict[bytes, bytes]
    content_type: bytes
    etag: bytes
    link: bytes | None
    epoch: int
    lifetime_s: float
    cost_s: float
    made_at: float
    expires_at: float
    early_at: float
    as_of: int = -1
    rows: Sequence[int] = ()
    span: Span | None = None
    estimated: bool = False
    position: int = -1
    outdated_at: float | None = None
    hits: int = 0
    hits_seen: int = 0
    prepared: dict[bytes, object] = field(default_factory=dict)
    _row_tags: tuple[str, ...] | None = None

    @property
    def body(self) -> bytes:
        return self.bodies[b"identity"]

    @property
    def row_tags(self) -> tuple[str, ...]:
        """The tags of its rows, made when they are first asked for: most entries from Redis are never asked."""
        if self._row_tags is None:
            self._row_tags = tuple(f"id={row}" for row in self.rows)
        return self._row_tags

    @property
    def size_bytes(self) -> int:
        return OVERHEAD_BYTES + ROW_BYTES * len(self.rows) + sum(map(len, self.bodies.values()))

    def stale_for(self, now: float) -> float:
        """Seconds since it should no longer have been used; 0 while it is fresh."""
        since = self.expires_at if self.outdated_at is None else min(self.outdated_at, self.expires_at)
        return max(0.0, now - since)


def new_entry(  # noqa: PLR0913 - an answer's parts, by name
    body: bytes,
    *,
    content_type: bytes,
    etag: bytes,
    link: bytes | None,
    epoch: int,
    lifetime_s: float,
    cost_s: float,
    as_of: int = -1,
    rows: Sequence[int] = (),
    span: Span | None = None,
    estimated: bool = False,
) -> Entry:
    """An entry made just now; entries made together do not expire together."""
    return restored_entry(
        {b"identity": body},
        content_type=content_type,
        etag=etag,
        link=link,
        epoch=epoch,
        lifetime_s=lifetime_s * uniform(1 - JITTER, 1 + JITTER),  # noqa: S311 - no secret
        cost_s=cost_s,
        made_at=time(),
        as_of=as_of,
        rows=rows,
        span=span,
        estimated=estimated,
    )


def restored_entry(  # noqa: PLR0913 - an entry's parts, by name
    bodies: dict[bytes, bytes],
    *,
    content_type: bytes,
    etag: bytes,
    link: bytes | None,
    epoch: int,
    lifetime_s: float,
    cost_s: float,
    made_at: float,
    as_of: int = -1,
    rows: Sequence[int] = (),
    span: Span | None = None,
    estimated: bool = False,
) -> Entry:
    """An entry made at `made_at`. Whatever the clocks say, it lives no longer than a lifetime from now."""
    age_s = min(max(time() - made_at, 0.0), lifetime_s)
    expires_at = monotonic() + lifetime_s - age_s
    return Entry(
        bodies=bodies,
        content_type=content_type,
        etag=etag,
        link=link,
        epoch=epoch,
        lifetime_s=lifetime_s,
        cost_s=cost_s,
        made_at=made_at,
        expires_at=expires_at,
        early_at=expires_at - min(cost_s * EARLY_FACTOR, lifetime_s / 2),
        as_of=as_of,
        rows=rows,
        span=span,
        estimated=estimated,
    )
