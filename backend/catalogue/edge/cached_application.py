"""FastAPI behind the cache: a hit leaves before the framework hears of the request."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI

from catalogue.breakers import Breakers
from catalogue.caching.address import CachedRoute
from catalogue.caching.addresses import AddressBook
from catalogue.caching.freshness import Freshness
from catalogue.caching.hit_counts import HitCounts
from catalogue.caching.keys import deployment_namespace
from catalogue.caching.local_tier import LocalTier
from catalogue.caching.observing import CacheObserver
from catalogue.caching.rebuilding import Rebuilder
from catalogue.caching.redis_link import RedisLink
from catalogue.caching.response_cache import ResponseCache
from catalogue.caching.shared_tier import SharedTier
from catalogue.caching.warming import Warmer
from catalogue.changes.feed import ChangeFeed
from catalogue.edge.admission import Admission
from catalogue.edge.asking import Application
from catalogue.edge.cache_layer import CacheLayer
from catalogue.edge.cors import origin_headers
from catalogue.edge.express import Express
from catalogue.settings import Settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from catalogue.edge.cache_layer import Messages

FEED_WAIT_S = 2.0


class CachedApplication(FastAPI):
    """Until the cache is opened, in the lifespan, every request goes to FastAPI."""

    cache_layer: Express | None = None

    traced: "ASGIApp | None" = None
    """Stands around everything where requests are traced."""

    def settled_answer(self, scope: "Scope") -> "Messages | None":
        """The answer to a request that needs nothing of the event loop, in any thread; None: `__call__` answers it."""
        layer = self.cache_layer
        return None if layer is None or self.traced is not None else layer.settled_answer(scope)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if self.traced is not None and scope["type"] == "http":
            await self.traced(scope, receive, send)
        else:
            await self.untraced(scope, receive, send)

    async def untraced(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if self.cache_layer is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
        else:
            await self.cache_layer(scope, receive, send)

    @asynccontextmanager
    async def cached(
        self, settings: Settings, feed: ChangeFeed, routes: Sequence[CachedRoute]
    ) -> AsyncIterator[None]:
        """Answer `routes` from a cache as long as the context lasts."""
        if not settings.cache.cache:
            yield
            return
        behind = partial(FastAPI.__call__, self)
        cache = _cache(
            settings,
            feed,
            routes,
            application=Application(behind, self.state.places.reads),
            breakers=self.state.breakers,
        )
        counts = HitCounts()
        observer = CacheObserver(cache, counts)
        async with AsyncExitStack() as stack:
            if cache.shared is not None:
                await stack.enter_async_context(cache.shared.running())
            await stack.enter_async_context(counts.running())
            stack.enter_context(cache.running())
            await cache.freshness.known(within_s=FEED_WAIT_S)
            self.state.cache, self.state.cache_observer = cache, observer
            await stack.enter_async_context(observer.running())
            layer = CacheLayer(
                behind,
                cache,
                counts,
                origins=origin_headers(settings.server.cors_origins),
                reads=self.state.places.reads,
            )
            hsts_s, gate = settings.server.hsts_s, self.state.gate
            admission = Admission(layer, hsts_s=hsts_s, gate=gate, refused=behind)
            self.cache_layer = Express(admission, layer, gate, hsts_s=hsts_s)
            self.state.warmer = Warmer(cache, most=settings.cache.cache_warm, spare=self.state.places.spare)
            await stack.enter_async_context(self.state.warmer.running())
            try:
                yield
            finally:
                self.cache_layer = None


def _cache(
    settings: Settings,
    feed: ChangeFeed,
    routes: Sequence[CachedRoute],
    *,
    application: Application,
    breakers: Breakers,
) -> ResponseCache:
    freshness = Freshness(feed)
    local = LocalTier(max_bytes=settings.cache.cache_local_mb * 1_000_000)
    shared = _shared_tier(settings, breakers) if settings.cache.cache_shared else None
    rebuilder = Rebuilder(
        application.make,
        local=local,
        shared=shared,
        freshness=freshness,
        lifetimes=settings.cache.lifetimes(),
        grace_s=settings.cache.cache_grace_s,
    )
    return ResponseCache(
        book=AddressBook(routes),
        local=local,
        shared=shared,
        freshness=freshness,
        rebuilder=rebuilder,
        stale_s=settings.cache.cache_stale_s,
    )


def _shared_tier(settings: Settings, breakers: Breakers) -> SharedTier:
    link = RedisLink(
        settings.redis.redis_url or "redis://127.0.0.1:6379/0",
        timeout_s=settings.redis.redis_timeout_ms / 1000,
    )
    return SharedTier(link, breakers, namespace=deployment_namespace(settings))
