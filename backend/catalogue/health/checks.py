"""Looking at the dependencies: each look is bounded in time and never raises."""

import asyncio
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Literal

from redis.asyncio import Redis
from sqlalchemy import text

from catalogue.breakers import Breakers
from catalogue.changes.feed import ChangeFeed
from catalogue.db.migrating import head_revision
from catalogue.db.reading import ReadSession
from catalogue.db.statements import compile_statement
from catalogue.errors import CatalogueError
from catalogue.redis_failures import REDIS_FAILURES

State = Literal["up", "degraded", "down"]
_REVISION = compile_statement(text("SELECT version_num FROM alembic_version"))
_CHECK_TIMEOUT_S = 2.0
_REMEMBERED_S = 1.0
_FEED_LAG_S = 2.0


@dataclass(frozen=True, slots=True)
class Dependency:
    """`latency_ms` is null when there was no answer."""

    name: str
    state: State
    latency_ms: float | None
    detail: str


class HealthChecks:
    """The checks of one worker."""

    def __init__(
        self,
        *,
        reader: ReadSession,
        redis: Redis,
        redis_timeout_s: float,
        feed: ChangeFeed,
        breakers: Breakers,
    ) -> None:
        self._reader = reader
        self._feed = feed
        self.breakers = breakers
        self._redis = redis
        self._redis_timeout_s = redis_timeout_s
        self._head = head_revision()
        self._looked_at = float("-inf")
        self._looking: asyncio.Future[tuple[Dependency, ...]] | None = None

    async def postgresql(self) -> Dependency:
        """Up when it answers and its migrations are current."""
        started = perf_counter()
        try:
            async with asyncio.timeout(_CHECK_TIMEOUT_S):
                row = await self._reader.row(_REVISION)
        except CatalogueError as error:
            return Dependency("postgresql", "down", None, error.detail)
        except TimeoutError:
            return Dependency("postgresql", "down", None, "no answer in time")
        revision = row[0] if row else None
        latency_ms = _elapsed_ms(started)
        if revision != self._head:
            return Dependency("postgresql", "down", latency_ms, "migrations are not current")
        return Dependency("postgresql", "up", latency_ms, "answers, migrations are current")

    async def redis(self) -> Dependency:
        """Redis is a cache: without it the program is slower, not broken."""
        started = perf_counter()
        try:
            async with asyncio.timeout(self._redis_timeout_s):
                await self._redis.ping()
        except REDIS_FAILURES:
            return Dependency("redis", "degraded", None, "does not answer")
        return Dependency("redis", "up", _elapsed_ms(started), "answers")

    def feed(self) -> Dependency:
        """Without the feed no cache can be trusted: answers are slower, not wrong. Latency is its lag."""
        if not (self._feed.connected and self._feed.caught_up_within(_FEED_LAG_S)):
            return Dependency("feed", "degraded", None, "does not follow the change log")
        return Dependency(
            "feed", "up", round(self._feed.lag_s * 1000, 3), f"applied up to position {self._feed.position}"
        )

    async def all(self) -> tuple[Dependency, ...]:
        """All of them, as they were at most `_REMEMBERED_S` ago: who asks often makes no work."""
        if self._looking is None or self._looked_at < monotonic() - _REMEMBERED_S:
            self._looked_at = monotonic()
            self._looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> tuple[Dependency, ...]:
        return (*await asyncio.gather(self.postgresql(), self.redis()), self.feed())


def summary(dependencies: tuple[Dependency, ...]) -> State:
    """The worst of them."""
    states = {dependency.state for dependency in dependencies}
    if "down" in states:
        return "down"
    return "degraded" if "degraded" in states else "up"


def _elapsed_ms(started: float) -> float:
    return round((perf_counter() - started) * 1000, 3)
