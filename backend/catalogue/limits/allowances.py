"""What each client may still do: a share taken from a sliding window in Redis, spent without asking again.

So a request costs a look into a dictionary, and one in a few hundred a round trip. What a worker has taken and not
spent is lost to the others for one window at most. Every share is counted in the worker as well: while Redis does not
answer, was wiped or lies, one worker still gives no client more than the limit, so it is never off.
"""

import asyncio
from math import ceil
from time import monotonic, time

from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis

from catalogue.breakers import Breakers
from catalogue.errors import TooManyRequests
from catalogue.limits.policies import Policy

_MAX_CLIENTS = 50_000
_REFUSED_S = 1.0


class Allowance:
    """What one client may still do in one class before the window is asked again."""

    __slots__ = ("headers", "left", "taking", "until")

    def __init__(self) -> None:
        self.left = 0
        self.until = 0.0
        self.taking = asyncio.Lock()
        self.headers: tuple[tuple[bytes, bytes], ...] = ()

    def spend(self) -> bool:
        """Spend one, where there is one."""
        if self.left <= 0 or self.until < monotonic():
            return False
        self.left -= 1
        return True


class Allowances:
    """The allowances of one worker."""

    def __init__(self, redis: Redis, breakers: Breakers) -> None:
        storage = RedisStorage(
            "async+redis://",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="catalogue:limits",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared = SlidingWindowCounterRateLimiter(storage)
        self._local = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._breaker = breakers.new("redis-limits", counted=Exception)
        self._clients: dict[tuple[str, str], Allowance] = {}

    def spend(self, policy: Policy, client: str) -> Allowance | None:
        """One request from what was taken before; None: more must be taken."""
        allowance = self._clients.get((policy.name, client))
        return allowance if allowance is not None and allowance.spend() else None

    def refuse_if_spent(self, policy: Policy, client: str) -> None:
        """Count nothing. Raises TooManyRequests when the last request was refused a moment ago."""
        allowance = self._clients.get((policy.name, client))
        if allowance is not None and allowance.left < 0 and allowance.until > monotonic():
            raise _refusal(policy, ceil(allowance.until - monotonic()))

    async def take(self, policy: Policy, client: str) -> Allowance:
        """Take a share, and spend one of it; of requests that come together, one takes it for all.

        Raises:
            TooManyRequests: Nothing is left.
        """
        if len(self._clients) >= _MAX_CLIENTS:
            self._clients.clear()  # what was taken is lost to its window; the windows remember what counts
        allowance = self._clients.setdefault((policy.name, client), Allowance())
        async with allowance.taking:
            if (taken := self.spend(policy, client)) is not None:
                return taken
            self.refuse_if_spent(policy, client)
            share, left, reset_s = await self._taken(policy, client)
            if not share:
                allowance.left, allowance.until = -1, monotonic() + min(_REFUSED_S, reset_s)
                raise _refusal(policy, ceil(reset_s))
            allowance.left, allowance.until = share - 1, monotonic() + policy.window_s
            told = f'"{policy.name}";r={left + share - 1};t={ceil(reset_s)}'.encode()
            allowance.headers = (policy.header, (b"ratelimit", told))
            return allowance

    async def _taken(self, policy: Policy, client: str) -> tuple[int, int, float]:
        """The share that was given (0: none), what is left for everybody after it, seconds until there is more."""
        try:
            with self._breaker:
                taken = await _share(self._shared, policy, client, policy.share)
        except Exception:  # noqa: BLE001 - gone, slow or lying: whatever it is, what is counted here holds
            return await _share(self._local, policy, client, policy.share)
        if not taken[0]:
            return taken
        here = await _share(self._local, policy, client, taken[0])
        return (here[0], min(here[1], taken[1]), taken[2]) if here[0] else here


async def _share(
    limiter: SlidingWindowCounterRateLimiter, policy: Policy, client: str, wanted: int
) -> tuple[int, int, float]:
    for share in (wanted, 1):
        if await limiter.hit(policy.item, policy.name, client, cost=share):
            break
    else:
        share = 0
    stats = await limiter.get_window_stats(policy.item, policy.name, client)
    left, reset_s = int(stats.remaining), max(0.05, float(stats.reset_time) - time())
    return share, left, min(reset_s, float(policy.window_s))


def _refusal(policy: Policy, seconds: int) -> TooManyRequests:
    return TooManyRequests(
        f"the limit of {policy.item.amount} {policy.name} in {policy.window_s} s is used up",
        retry_after_s=seconds,
    )
