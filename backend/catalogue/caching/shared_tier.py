"""Entries in Redis for all workers of all hosts. Redis may be slow, gone, wiped or lying: then there is no entry.

A breaker opens after a few failures; from then on requests do not go near Redis, and a probe in the background closes
it again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_hex
from typing import Any

import structlog

from catalogue.background import beside
from catalogue.breakers import BreakerOpen, Breakers
from catalogue.caching import metrics
from catalogue.caching.entry import Entry
from catalogue.caching.packing import NotAnEntryError, pack, unpack
from catalogue.caching.redis_link import RedisLink, RedisLinkError

FAILURES_TO_OPEN = 3
PROBE_EVERY_S = 1
SHORTEST_LOCK_S = 1.0
LONGEST_LOCK_S = 2.0
LOCK_PER_COST = 20.0
"""A lock lives so many times what making the entry usually costs: who dies with it does not hold others up for long."""

_UNLOCK = b"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"


class NoSharedAnswerError(Exception):
    """Redis cannot say."""


class SharedTier:
    """`namespace` sets deployments apart that share a Redis and is the first part of every key."""

    def __init__(self, link: RedisLink, breakers: Breakers, *, namespace: str) -> None:
        self.namespace = namespace
        self.breaker = breakers.new(
            "redis-cache", counted=RedisLinkError, failures=FAILURES_TO_OPEN, pause_s=PROBE_EVERY_S
        )
        self._link = link
        self._token = token_hex(8).encode()
        self._opened = asyncio.Event()
        self._log = structlog.get_logger("catalogue.caching")

    async def get(self, key: bytes) -> Entry | None:
        """The entry under a key; None also for bytes that are none. Raises NoSharedAnswerError."""
        return self._entry(key, await self._ask(b"GET", key))

    async def lock(self, key: bytes, *, cost_s: float) -> tuple[bool, Entry | None]:
        """Take the right to make an entry, and look for it once more: it may have been made just now.

        Raises NoSharedAnswerError.
        """
        life_s = min(max(cost_s * LOCK_PER_COST, SHORTEST_LOCK_S), LONGEST_LOCK_S)
        taking = self._ask(b"SET", key + b":lock", self._token, b"NX", b"PX", int(life_s * 1000))
        taken, raw = await asyncio.gather(taking, self._ask(b"GET", key))
        return taken is not None, self._entry(key, raw)

    def unlock(self, key: bytes) -> None:
        """Give the right back without waiting; one that has run out and is somebody else's by now stays."""
        self._link.tell(b"EVAL", _UNLOCK, 1, key + b":lock", self._token)

    def put(self, key: bytes, entry: Entry, *, address: str, again: bool = False) -> None:
        """Store an entry without waiting; `again` replaces one that is still there (with another encoding)."""
        if not self.breaker.closed:
            return
        raw = pack(entry, key=key, address=address)
        if again:
            self._link.tell(b"SET", key, raw, b"XX", b"KEEPTTL")
        else:
            self._link.tell(b"SET", key, raw, b"PX", max(1, int((entry.lifetime_s + entry.grace_s) * 1000)))

    async def call(self, *command: bytes | int) -> Any:
        """One command for what is not an entry; None when Redis cannot answer."""
        with suppress(NoSharedAnswerError):
            return await self._ask(*command)
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Probe Redis whenever the breaker is open, as long as the context lasts."""
        try:
            async with beside(self._probe_forever):
                yield
        finally:
            await self._link.close()

    def _entry(self, key: bytes, raw: Any) -> Entry | None:
        if raw is None:
            return None
        try:
            return unpack(raw, key=key) if isinstance(raw, bytes) else None
        except NotAnEntryError:
            metrics.UNREADABLE.inc()
            return None

    async def _ask(self, *command: bytes | int) -> Any:
        breaker = self.breaker
        if not breaker.closed:
            raise NoSharedAnswerError
        try:
            with breaker:
                return await self._link.call(*command)
        except RedisLinkError as error:
            metrics.REDIS_FAILURES.inc()
            if breaker.state != "closed":
                self._log.warning("Redis is left alone until it answers again", reason=str(error))
                self._opened.set()
            raise NoSharedAnswerError from error

    async def _probe_forever(self) -> None:
        while True:
            await self._opened.wait()
            await asyncio.sleep(PROBE_EVERY_S)
            with suppress(RedisLinkError, BreakerOpen), self.breaker:
                await self._link.call(b"PING")
            if self.breaker.closed:
                self._opened.clear()
                self._log.info("Redis answers again")
