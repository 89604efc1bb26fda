"""Making an entry: from Redis, from another worker that is at it, or from the application.

The epoch is taken before the tables are read; what was read is kept under it only when it has not moved since.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic

from catalogue.caching import metrics
from catalogue.caching.address import Address, Kind
from catalogue.caching.answers import PROVISIONAL, Answer, Made, Make, Outcome
from catalogue.caching.entry import Entry, new_entry
from catalogue.caching.freshness import Freshness
from catalogue.caching.keys import PUBLIC, shared_key
from catalogue.caching.local_tier import LocalTier
from catalogue.caching.shared_tier import SharedTier

PROVISIONAL_S = 2.0
SHORTEST_WAIT_S = 0.01
LONGEST_WAIT_S = 0.25
WAIT_PER_COST = 2.0
POLLS = 8


class Rebuilder:
    """`lifetimes` are in seconds by kind of route; `shared` is None where Redis is not used."""

    def __init__(
        self,
        make: Make,
        *,
        local: LocalTier,
        shared: SharedTier | None,
        freshness: Freshness,
        lifetimes: Mapping[Kind, float],
    ) -> None:
        self._make = make
        self._local = local
        self._shared = shared
        self._freshness = freshness
        self._lifetimes = lifetimes

    def key(self, address: Address, epoch: int) -> bytes:
        """The name in Redis of an address's entry at an epoch."""
        namespace = self._shared.namespace if self._shared is not None else ""
        return shared_key((self._freshness.source, PUBLIC, address.canonical, epoch), namespace=namespace)

    async def obtain(self, address: Address, epoch: int, request_id: bytes) -> Answer:
        """The entry of an epoch, from wherever it is to be had soonest."""
        job = _Job(address, epoch, request_id, "miss", self.key(address, epoch))
        if self._shared is None:
            return await self._made(job)
        if (found := await self._shared.get(job.key)) is not None:
            return self._adopted(job, found)
        if not address.cost_s:
            return await self._made(job)
        if not await self._shared.lock(job.key) and (other := await self._from_other(job)) is not None:
            return self._adopted(job, other)
        return await self._made_and_unlocked(job)

    async def bypass(self, address: Address, request_id: bytes) -> Answer:
        """An answer from the tables that is not kept."""
        return await self._made(_Job(address, None, request_id, "bypass", b""))

    async def refresh(self, address: Address, before: Entry) -> None:
        """Replace an entry whose time is near or over; nothing when somebody else is at it and takes long."""
        epoch = self._freshness.epoch(address)
        job = _Job(address, epoch, b"refresh", "refresh", self.key(address, epoch))
        if self._shared is None:
            await self._made(job)
            return
        found = await self._shared.get(job.key)
        if found is not None and found.made_at > before.made_at:
            self._adopted(job, found)
        elif await self._shared.lock(job.key):
            await self._made_and_unlocked(job)
        elif (other := await self._from_other(job, after=before.made_at)) is not None:
            self._adopted(job, other)

    async def _from_other(self, job: "_Job", *, after: float = 0.0) -> Entry | None:
        """What the holder of the lock makes, when it comes within about the time that making it takes."""
        wait_s = min(max(job.address.cost_s * WAIT_PER_COST, SHORTEST_WAIT_S), LONGEST_WAIT_S)
        for _ in range(POLLS):
            await asyncio.sleep(wait_s / POLLS)
            found = await self._shared.get(job.key) if self._shared is not None else None
            if found is not None and found.made_at > after:
                return found
        return None

    def _adopted(self, job: "_Job", entry: Entry) -> Answer:
        job.address.cost_s = entry.cost_s
        self._local.keep(job.address, entry)
        return Answer(entry, "HIT-SHARED")

    async def _made_and_unlocked(self, job: "_Job") -> Answer:
        try:
            return await self._made(job)
        finally:
            if self._shared is not None:
                self._shared.unlock(job.key)

    async def _made(self, job: "_Job") -> Answer:
        started = monotonic()
        made, database_s = await self._make(job.address, job.request_id)
        cost_s = monotonic() - started
        metrics.REBUILDS.labels(job.reason).inc()
        metrics.REBUILD_SECONDS.inc(cost_s)
        outcome: Outcome = "BYPASS" if job.epoch is None else "MISS"
        if made.status != 200:
            return Answer(None, outcome, refused=made, database_s=database_s)
        entry = self._entry(job, made, cost_s=cost_s)
        if job.epoch is not None:
            job.address.cost_s = cost_s
            self._keep(job, entry)
        return Answer(entry, outcome, database_s=database_s)

    def _keep(self, job: "_Job", entry: Entry) -> None:
        """Without this comparison an answer that a change overtook would be taken for new."""
        if self._freshness.epoch(job.address) != job.epoch:
            metrics.NOT_STORED.inc()
            return
        self._local.keep(job.address, entry)
        if self._shared is not None:
            self._shared.put(job.key, entry, address=job.address.text)

    def _entry(self, job: "_Job", made: Made, *, cost_s: float) -> Entry:
        provisional = made.header(PROVISIONAL) is not None
        lifetime_s = self._lifetimes[job.address.route.kind]
        return new_entry(
            made.body,
            content_type=made.header(b"content-type") or b"application/json",
            etag=made.header(b"etag") or _digest(made.body),
            link=made.header(b"link"),
            epoch=-1 if job.epoch is None else job.epoch,
            lifetime_s=min(lifetime_s, PROVISIONAL_S) if provisional else lifetime_s,
            cost_s=cost_s,
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """An address to be answered at an epoch; None: whatever the tables hold, not to be kept."""

    address: Address
    epoch: int | None
    request_id: bytes
    reason: str
    key: bytes


def _digest(body: bytes) -> bytes:
    return b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
