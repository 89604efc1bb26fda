"""One cached answer: its bytes, once for each encoding, and how long it may be used."""

from dataclasses import dataclass, field
from random import uniform
from time import monotonic, time

from catalogue.listing.shown import Shown

JITTER = 0.1
EARLY_FACTOR = 8.0
"""So many times its cost before an entry expires, it begins to be made anew by chance; earlier the chance is below 1 in 2,000."""

OVERHEAD_BYTES = 2_048
ROW_BYTES = 64
COUNTED_BYTES = 8


@dataclass(slots=True, eq=False)
class Entry:
    """Instants are of the monotonic clock, in seconds, except `made_at`, which is wall-clock time.

    Attributes:
        bodies: The body by encoding; `identity` is always there.
        grace_s: How long past its life it may be served, as long as no change is known that it does not show.
        cost_s: What making it took.
        epoch: The newest change that it shows, of those that concern it.
        as_of: Changes of its rows up to here are in it: at first, as far as the feed had come when it was begun.
        shown: The rows in it; estimated facets are made old by no single row's move.
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
    grace_s: float
    cost_s: float
    made_at: float
    expires_at: float
    early_at: float
    as_of: int = -1
    shown: Shown = field(default_factory=Shown)
    position: int = -1
    outdated_at: float | None = None
    hits: int = 0
    hits_seen: int = 0
    prepared: dict[bytes, object] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return self.bodies[b"identity"]

    @property
    def size_bytes(self) -> int:
        rows = ROW_BYTES * len(self.shown.ids) + COUNTED_BYTES * len(self.shown.counted or ())
        return OVERHEAD_BYTES + rows + sum(map(len, self.bodies.values()))

    @property
    def ends_at(self) -> float:
        """From then on it is not served as an answer, whether it is confirmed or not."""
        return self.expires_at + self.grace_s

    def stale_for(self, now: float) -> float:
        """Seconds since it should no longer have been used; 0 while it may be."""
        since = self.ends_at if self.outdated_at is None else min(self.outdated_at, self.ends_at)
        return max(0.0, now - since)


def new_entry(  # noqa: PLR0913 - an answer's parts, by name
    body: bytes,
    *,
    content_type: bytes,
    etag: bytes,
    link: bytes | None,
    epoch: int,
    lifetime_s: float,
    grace_s: float,
    cost_s: float,
    as_of: int = -1,
    shown: Shown | None = None,
) -> Entry:
    """An entry made just now; entries made together do not expire together."""
    return restored_entry(
        {b"identity": body},
        content_type=content_type,
        etag=etag,
        link=link,
        epoch=epoch,
        lifetime_s=lifetime_s * uniform(1 - JITTER, 1 + JITTER),  # noqa: S311 - no secret
        grace_s=grace_s,
        cost_s=cost_s,
        made_at=time(),
        as_of=as_of,
        shown=shown,
    )


def restored_entry(  # noqa: PLR0913 - an entry's parts, by name
    bodies: dict[bytes, bytes],
    *,
    content_type: bytes,
    etag: bytes,
    link: bytes | None,
    epoch: int,
    lifetime_s: float,
    grace_s: float,
    cost_s: float,
    made_at: float,
    as_of: int = -1,
    shown: Shown | None = None,
) -> Entry:
    """An entry made at `made_at`. Whatever the clocks say, it lives no longer than a lifetime from now."""
    age_s = max(time() - made_at, 0.0)
    expires_at = monotonic() + lifetime_s - age_s
    return Entry(
        bodies=bodies,
        content_type=content_type,
        etag=etag,
        link=link,
        epoch=epoch,
        lifetime_s=lifetime_s,
        grace_s=grace_s,
        cost_s=cost_s,
        made_at=made_at,
        expires_at=expires_at,
        early_at=expires_at - min(cost_s * EARLY_FACTOR, lifetime_s / 2),
        as_of=as_of,
        shown=shown or Shown(),
    )
