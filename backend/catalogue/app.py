"""The ASGI application: layers outermost first, routes by domain, clients opened and closed in the lifespan."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware, add_compress_type

from catalogue import __version__
from catalogue.api_docs import install_api_docs
from catalogue.breakers import Breakers
from catalogue.callers.routes import router as callers_router
from catalogue.callers.running import callers_running
from catalogue.changes.change import Change
from catalogue.changes.ending import called_before_stop
from catalogue.changes.feed import ChangeFeed
from catalogue.changes.pruning import ChangePruner
from catalogue.changes.reading import ChangeLog
from catalogue.changes.routes import router as changes_router
from catalogue.changes.stream import ChangeStreams
from catalogue.db.connections import ReadConnections
from catalogue.db.engines import write_engine
from catalogue.db.pools import leaving_in_time
from catalogue.db.reading import ReadSession, read_pool
from catalogue.db.writing import Writer
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.admission import Admission, Refusals
from catalogue.edge.body_limit import BodyLimit
from catalogue.edge.cached_application import CachedApplication
from catalogue.edge.cors import EXPOSED
from catalogue.edge.departures import Departures
from catalogue.edge.envelope import Envelope
from catalogue.edge.fast_lane import FastLane
from catalogue.edge.multipart import OVERHEAD_BYTES
from catalogue.edge.overload import Overload, Places
from catalogue.edge.problems import install_error_handlers
from catalogue.fleet.cached import CACHED as FLEET_ROUTES
from catalogue.fleet.resources import RESOURCES as FLEET_RESOURCES
from catalogue.fleet.routes import COLLECTIONS as FLEET
from catalogue.fleet.routes import router as fleet_router
from catalogue.health.checks import HealthChecks
from catalogue.health.exposing import Exposing
from catalogue.health.routes import router as operations_router
from catalogue.health.vitals import Vitals
from catalogue.importing.listing import IMPORTS, REFUSED_VALUES
from catalogue.importing.routes import router as imports_router
from catalogue.importing.service import ImportDesk
from catalogue.listing.cells_folding import CellFolder
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.compiling import compiled_ahead
from catalogue.listing.cursor import CursorCodec
from catalogue.listing.distributions_reading import Distributions
from catalogue.listing.exporting_response import ExportServer
from catalogue.listing.facets_labels import Labels
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.fetching import RowReader
from catalogue.listing.index_building import IndexBuilder
from catalogue.listing.index_store import IndexStore
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.indexing_ahead import indexed_ahead
from catalogue.listing.offsets import OffsetReader
from catalogue.listing.page import PageReader
from catalogue.listing.searching import Searches
from catalogue.listing.serving import ListServer
from catalogue.listing.totals import Totals
from catalogue.listing.vocabulary_reading import Vocabularies
from catalogue.logs import configure_logging
from catalogue.orders.cached import CACHED as ORDER_ROUTES
from catalogue.orders.documents import Shelf
from catalogue.orders.documents_routes import router as documents_router
from catalogue.orders.listing import ORDERS
from catalogue.orders.routes import router as orders_router
from catalogue.products.cached import CACHED as PRODUCT_ROUTES
from catalogue.products.listing import PRODUCTS
from catalogue.products.resources import RESOURCES as PRODUCT_RESOURCES
from catalogue.products.routes import router as products_router
from catalogue.settings import DatabaseSettings, Settings, load_settings
from catalogue.storage.files import open_files
from catalogue.watching import Watchers, open_watchers
from catalogue.writing.pruning import KeyPruner

COLLECTIONS = (PRODUCTS, ORDERS, *FLEET, IMPORTS)
RESOURCES = (*PRODUCT_RESOURCES, *FLEET_RESOURCES)
LABELLED = frozenset({"categories", "brands", "terminals"})
CACHED = (*PRODUCT_ROUTES, *ORDER_ROUTES, *FLEET_ROUTES)
SUMMARIES = tuple(listed.summary for listed in COLLECTIONS if listed.summary is not None)

add_compress_type("text/csv")
add_compress_type("application/x-ndjson")


def create_app(settings: Settings | None = None) -> CachedApplication:
    """Build the application. Raises pydantic.ValidationError when a setting is wrong."""
    settings = settings or load_settings()
    configure_logging(settings.logging)
    places, watchers = Places(settings.server), open_watchers(settings)
    app = CachedApplication(
        title="Catalogue",
        version=__version__,
        summary="Any filter, any sort, any row number of a product catalogue, in milliseconds.",
        lifespan=_lifespan,
        middleware=_layers(settings, places, watchers),
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.places, app.state.breakers, app.state.watchers = places, Breakers(), watchers
    if watchers.tracing is not None:
        app.traced = watchers.tracing.layer(app.untraced)
    app.state.collections = {listed.name: listed for listed in COLLECTIONS}
    install_error_handlers(app)
    for router in (
        products_router,
        documents_router,
        orders_router,
        fleet_router,
        imports_router,
        callers_router,
        changes_router,
        operations_router,
    ):
        app.router.routes.extend(router.routes)
    install_api_docs(app, (*COLLECTIONS, REFUSED_VALUES), RESOURCES)
    return app


def _layers(settings: Settings, places: Places, watchers: Watchers) -> list[Middleware]:
    layers = [
        Middleware(Admission, hsts_s=settings.server.hsts_s),
        Middleware(
            Envelope,
            log_requests=settings.logging.log_requests,
            timeout_s=settings.server.request_timeout_ms / 1000,
            report=watchers.faults.report if watchers.faults else None,
        ),
    ]
    if settings.server.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.server.cors_origins),
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=EXPOSED,
            )
        )
    return [
        *layers,
        Middleware(Refusals),
        Middleware(Departures),
        Middleware(Overload, places=places),
        Middleware(FastLane, collections={f"{API_PREFIX}/{listed.name}": listed for listed in COLLECTIONS}),
        Middleware(CompressMiddleware),
        Middleware(
            BodyLimit,
            max_bytes=settings.server.max_body_bytes,
            timeout_s=settings.server.body_timeout_s,
            uploads=_uploads(settings),
        ),
    ]


def _uploads(settings: Settings) -> dict[re.Pattern[str], int]:
    """The addresses that take files, each with the longest body it takes."""
    limits = {
        f"{API_PREFIX}/orders/[0-9]+/documents": settings.storage.max_document_bytes,
        f"{API_PREFIX}/imports": settings.storage.max_import_bytes,
    }
    return {re.compile(address): max_bytes + OVERHEAD_BYTES for address, max_bytes in limits.items()}


@asynccontextmanager
async def _lifespan(app: CachedApplication) -> AsyncIterator[dict[str, Any]]:
    settings: Settings = app.state.settings
    redis = _redis(settings)
    engine = write_engine(settings.database)
    try:
        async with read_pool(settings.database) as connections:
            reader = _reader(settings.database, connections, app.state.watchers)
            app.state.connections = connections
            app.state.reader = reader
            app.state.writer = Writer(
                engine,
                statement_timeout_s=settings.database.statement_timeout_ms / 1000,
                slow_s=settings.database.slow_statement_ms / 1000,
            )
            store = IndexStore(
                redis,
                timeout_s=settings.redis.redis_timeout_ms / 1000,
                database_url=settings.database.database_url,
            )
            builder = IndexBuilder(reader, store, spare=app.state.places.spare)
            app.state.index_builder = builder
            counts = CellCounts(reader)
            vocabularies = Vocabularies(reader, COLLECTIONS)
            searches = Searches(reader, vocabularies)
            app.state.vocabularies = vocabularies
            app.state.lists = _list_server(settings, searches, reader, ListIndexes(store, builder), counts)
            slots = max(settings.database.read_pool_size // 2, 1)
            app.state.exports = ExportServer(reader, searches, slots=slots)
            files, storage = open_files(settings, app.state.breakers), settings.storage
            app.state.documents = Shelf(app.state.writer, files, storage.max_document_bytes)
            app.state.imports = ImportDesk(app.state.writer, files, storage.max_import_bytes)
            app.state.feed = ChangeFeed(settings.database.database_url)
            pruner = ChangePruner(
                settings.database.database_url, kept_hours=settings.database.changes_kept_hours
            )
            app.state.change_streams = ChangeStreams(
                app.state.feed, ChangeLog(reader), max_clients=settings.database.changes_max_clients
            )
            app.state.exposing = Exposing()
            app.state.health = HealthChecks(
                reader=reader,
                redis=redis,
                redis_timeout_s=settings.redis.redis_timeout_ms / 1000,
                feed=app.state.feed,
                breakers=app.state.breakers,
            )
            await app.state.lists.facets.load(COLLECTIONS)
            folder = CellFolder(engine, counts, SUMMARIES)
            vitals = Vitals(
                places=app.state.places,
                connections=connections,
                engine=engine,
                reader=reader,
                builder=builder,
            )
            app.state.vitals = vitals
            keys = KeyPruner(app.state.writer, kept_hours=settings.server.idempotency_kept_hours)
            async with AsyncExitStack() as background:
                await background.enter_async_context(app.state.watchers.running())
                for service in (app.state.feed, pruner, builder, folder, keys, vocabularies, vitals):
                    await background.enter_async_context(service.running())
                entered = callers_running(settings, engine=engine, redis=redis, breakers=app.state.breakers)
                callers = await background.enter_async_context(entered)
                app.state.gate, app.state.logins = callers.gate, callers.logins
                await background.enter_async_context(compiled_ahead(COLLECTIONS))
                offsets = app.state.lists.pages.offsets
                await background.enter_async_context(indexed_ahead(COLLECTIONS, offsets))
                background.callback(app.state.feed.subscribe(_label_watch(app.state.lists.facets.labels)))
                await background.enter_async_context(app.cached(settings, app.state.feed, CACHED))
                with called_before_stop(app.state.change_streams.stop):
                    yield {}
    finally:
        async with leaving_in_time():
            await engine.dispose()
        await redis.aclose()


def _label_watch(labels: Labels) -> Callable[[Change | None], None]:
    """Forget labels when some have changed, so that no list is made with old ones and kept."""

    def see(change: Change | None) -> None:
        if change is None or change.dataset in LABELLED:
            labels.forget()

    return see


def _list_server(
    settings: Settings, searches: Searches, reader: ReadSession, indexes: ListIndexes, counts: CellCounts
) -> ListServer:
    facets = FacetReader(reader, counts)
    rows = RowReader(reader, facets)
    pages = PageReader(
        rows=rows,
        offsets=OffsetReader(rows, indexes, counts, Distributions(reader)),
        codec=CursorCodec(settings.server.secret_key),
        totals=Totals(reader, indexes, counts, budget_ms=settings.database.count_budget_ms),
        searches=searches,
    )
    return ListServer(reader=reader, pages=pages, facets=facets)


def _reader(settings: DatabaseSettings, connections: ReadConnections, watchers: Watchers) -> ReadSession:
    return ReadSession(
        connections,
        wait_s=settings.pool_wait_ms / 1000,
        statement_timeout_s=settings.statement_timeout_ms / 1000,
        slow_s=settings.slow_statement_ms / 1000,
        on_statement=watchers.tracing.statement if watchers.tracing else None,
    )


def _redis(settings: Settings) -> Redis:
    timeout_s = settings.redis.redis_timeout_ms / 1000
    return Redis.from_url(
        settings.redis.redis_url or "redis://127.0.0.1:6379/0",
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
    )
