"""Where list indexes are kept: in the worker, bounded by bytes, and in Redis for the other workers.

Redis is only ever asked in the background; without it each worker builds its own.
"""

import asyncio
import zlib
from collections import OrderedDict
from hashlib import blake2b
from typing import cast

from redis.asyncio import Redis

from catalogue.listing.list_index import ListIndex
from catalogue.redis_failures import REDIS_FAILURES

MAX_LOCAL_BYTES = 64 * 1024 * 1024
MAX_SHARED_BYTES = 8 * 1024 * 1024
SHARED_LIFETIME_S = 600
_PREFIX = "catalogue:list-index:1:"


class IndexStore:
    """The indexes of one worker, least recently used dropped first.

    In Redis those of different databases are kept apart: epochs count from the start in each.
    """

    def __init__(
        self, redis: Redis, *, timeout_s: float, database_url: str = "", max_bytes: int = MAX_LOCAL_BYTES
    ) -> None:
        self._redis = redis
        self._prefix = f"{_PREFIX}{blake2b(database_url.encode(), digest_size=8).hexdigest()}:"
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._bytes = 0
        self._local: OrderedDict[str, ListIndex] = OrderedDict()

    def local(self, digest: str) -> ListIndex | None:
        """The index this worker has, fresh or not."""
        if (index := self._local.get(digest)) is not None:
            self._local.move_to_end(digest)
        return index

    def keep(self, digest: str, index: ListIndex) -> None:
        """Remember an index in this worker."""
        if (before := self._local.pop(digest, None)) is not None:
            self._bytes -= before.size_bytes
        self._local[digest] = index
        self._bytes += index.size_bytes
        while self._bytes > self._max_bytes:
            _, dropped = self._local.popitem(last=False)
            self._bytes -= dropped.size_bytes

    async def shared(self, digest: str) -> ListIndex | None:
        """The index another worker put into Redis; None when there is none, or none that can be read."""
        try:
            async with asyncio.timeout(self._timeout_s):
                raw = await self._redis.get(self._prefix + digest)
            return None if raw is None else ListIndex.from_bytes(zlib.decompress(cast("bytes", raw)))
        except (*REDIS_FAILURES, zlib.error):
            return None

    async def share(self, digest: str, index: ListIndex) -> None:
        """Offer an index to the other workers."""
        raw = await asyncio.to_thread(zlib.compress, index.to_bytes(), 1)
        if len(raw) > MAX_SHARED_BYTES:
            return
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._redis.set(self._prefix + digest, raw, ex=SHARED_LIFETIME_S)
        except REDIS_FAILURES:
            return
