"""Where a scenario plays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import redis as redis_client

from loadtests.writing.serving import Served


@dataclass(frozen=True, slots=True)
class Stage:
    """A running server and the Redis behind it."""

    served: Served
    redis_url: str
    workers: int

    def wipe_redis(self) -> None:
        with redis_client.Redis.from_url(self.redis_url) as redis:
            redis.flushall()

    @contextmanager
    def frozen_redis(self) -> Iterator[None]:
        """Redis holds its connections and says nothing, as long as the context lasts."""
        with redis_client.Redis.from_url(self.redis_url) as redis:
            process = psutil.Process(redis.info("server")["process_id"])
        process.suspend()
        try:
            yield
        finally:
            process.resume()
