"""Making an entry: from Redis, from another worker that is at it, or from the application.

The epoch is taken before the tables are read. An answer that a change overtook while it was made is therefore one of the
epoch before the change, and nobody takes it for new.
"""

import asyncio
from collections import Counter
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
from catalogue.caching.shared_tier import NoSharedAnswerError, SharedTier

REFRESH = "refresh"
PROVISIONAL_S = 2.0
"""So long an answer is kept that will soon be better, twice as long when it was no better the last time, and so on."""

LONGEST_WAIT_S = 1.0
"""Whoever asks waits no longer for another worker's answer, and makes their own."""

SHORTEST_PAUSE_S = 0.004
LONGEST_PAUSE_S = 0.05


class LeftToAnotherError(Exception):
    """Another worker makes the answer."""


class Rebuilder:
    """`lifetimes` are in seconds by kind of route, and `grace_s` is how long answers may be served past them.

    `shared` is None where Redis is not used. `rebuilds` counts by why.
    """

    def __init__(  # noqa: PLR0913 - what makes an answer, by name
        self,
        make: Make,
        *,
        local: LocalTier,
        shared: SharedTier | None,
        freshness: Freshness,
        lifetimes: Mapping[Kind, float],
        grace_s: float,
    ) -> None:
        self._make = make
        self._local = local
        self._shared = shared
        self._freshness = freshness
        self._lifetimes = lifetimes
        self._grace_s = grace_s
        self.rebuilds: Counter[str] = Counter()

    def key(self, address: Address, epoch: int) -> bytes:
        """The name in Redis of an address's entry at an epoch."""
        namespace = self._shared.namespace if self._shared is not None else ""
        return shared_key((self._freshness.source, PUBLIC, address.canonical, epoch), namespace=namespace)

    async def obtain(self, address: Address, epoch: int, request_id: bytes) -> Answer:
        """The entry of an epoch, from wherever it is to be had soonest."""
        job = _Job(
            address, epoch, request_id, "miss", self.key(address, epoch), as_of=self._freshness.feed.position
        )
        if self._shared is None:
            return await self._made(job)
        try:
            found = await self._shared.get(job.key)
            if found is None and not address.cost_s:
                return await self._made(job)
            entry = self._usable(job, found)
            return self._adopted(job, entry) if entry else await self._made_by_one(job, self._shared)
        except NoSharedAnswerError:
            return await self._made(job)

    async def bypass(self, address: Address, request_id: bytes) -> Answer:
        """An answer from the tables that is not kept."""
        return await self._made(_Job(address, None, request_id, "bypass", b""))

    async def refresh(self, address: Address, before: Entry) -> None:
        """Replace an entry whose time is near or over. Nobody waits for that, so what another worker is at is left to it."""
        epoch = self._freshness.epoch(address)
        job = _Job(
            address,
            epoch,
            b"refresh",
            REFRESH,
            self.key(address, epoch),
            as_of=self._freshness.feed.position,
            after=before.made_at,
        )
        if self._shared is None:
            await self._made(job)
            return
        try:
            found = self._usable(job, await self._shared.get(job.key))
            await self._made_by_one(job, self._shared) if found is None else self._adopted(job, found)
        except LeftToAnotherError:
            return
        except NoSharedAnswerError:
            await self._made(job)

    async def _made_by_one(self, job: "_Job", shared: SharedTier) -> Answer:
        """Made here, or taken from the worker that makes it already.

        Raises NoSharedAnswerError, and LeftToAnotherError where nobody waits and the other takes long.
        """
        deadline = monotonic() + LONGEST_WAIT_S
        pause_s = min(max(job.address.cost_s / 2, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
        while True:
            is_ours, found = await shared.lock(job.key, cost_s=job.address.cost_s)
            if (entry := self._usable(job, found)) is not None:
                if is_ours:
                    shared.unlock(job.key)
                return self._adopted(job, entry)
            if is_ours:
                return await self._made_and_unlocked(job, shared)
            if monotonic() > deadline:
                if job.reason == REFRESH:
                    raise LeftToAnotherError
                return await self._made(job)
            await asyncio.sleep(pause_s)

    def _usable(self, job: "_Job", found: Entry | None) -> Entry | None:
        """What was found, when it is newer than what is to be replaced and no change of its rows is."""
        if found is None or found.made_at <= job.after or monotonic() >= found.ends_at:
            return None
        return found if self._freshness.shows_newest(job.address, found) else None

    def _adopted(self, job: "_Job", entry: Entry) -> Answer:
        job.address.cost_s = entry.cost_s
        self._local.keep(job.address, entry)
        return Answer(entry, "HIT-SHARED" if monotonic() < entry.expires_at else "STALE")

    async def _made_and_unlocked(self, job: "_Job", shared: SharedTier) -> Answer:
        try:
            return await self._made(job)
        finally:
            shared.unlock(job.key)

    async def _made(self, job: "_Job") -> Answer:
        started = monotonic()
        made, database_s = await self._make(job.address, job.request_id)
        cost_s = monotonic() - started
        self.rebuilds[job.reason] += 1
        metrics.REBUILDS.labels(job.reason).inc()
        metrics.REBUILD_SECONDS.inc(cost_s)
        outcome: Outcome = "BYPASS" if job.epoch is None else "MISS"
        if made.status != 200:
            job.address.cost_s = 0.0
            return Answer(None, outcome, refused=made, database_s=database_s)
        entry = self._entry(job, made, cost_s=cost_s)
        if job.epoch is not None:
            job.address.cost_s = cost_s
            self._keep(job, entry)
        return Answer(entry, outcome, database_s=database_s)

    def _keep(self, job: "_Job", entry: Entry) -> None:
        self._local.keep(job.address, entry)
        if self._shared is not None:
            self._shared.put(job.key, entry, address=job.address.text)

    def _entry(self, job: "_Job", made: Made, *, cost_s: float) -> Entry:
        return new_entry(
            made.body,
            content_type=made.header(b"content-type") or b"application/json",
            etag=made.header(b"etag") or _digest(made.body),
            link=made.header(b"link"),
            epoch=-1 if job.epoch is None else job.epoch,
            lifetime_s=self._lifetime_s(job.address, provisional=made.header(PROVISIONAL) is not None),
            grace_s=self._grace_s,
            cost_s=cost_s,
            as_of=job.as_of,
            shown=made.shown,
        )

    def _lifetime_s(self, address: Address, *, provisional: bool) -> float:
        usual_s = self._lifetimes[address.route.kind]
        if not provisional:
            address.provisional_s = 0.0
            return usual_s
        address.provisional_s = min(usual_s, max(PROVISIONAL_S, 2 * address.provisional_s))
        return address.provisional_s


@dataclass(frozen=True, slots=True)
class _Job:
    """An address to be answered at an epoch; None: whatever the tables hold, not to be kept.

    `as_of` is how far the feed had come; `after` is when the entry was made that is to be replaced.
    """

    address: Address
    epoch: int | None
    request_id: bytes
    reason: str
    key: bytes
    as_of: int = -1
    after: float = 0.0


def _digest(body: bytes) -> bytes:
    return b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
