"""The ASGI application: layers outermost first, routes by domain, clients opened and closed in the lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware

from catalogue import __version__
from catalogue.api_docs import install_api_docs
from catalogue.callers.routes import router as callers_router
from catalogue.callers.running import callers_running
from catalogue.db.engines import write_engine
from catalogue.db.reading import ReadSession, read_pool
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.admission import Admission, Refusals
from catalogue.edge.body_limit import BodyLimit
from catalogue.edge.envelope import Envelope
from catalogue.edge.fast_lane import FastLane
from catalogue.edge.problems import install_error_handlers
from catalogue.fleet.routes import COLLECTIONS as FLEET
from catalogue.fleet.routes import router as fleet_router
from catalogue.health.checks import HealthChecks
from catalogue.health.routes import router as operations_router
from catalogue.listing.cells_folding import CellFolder
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.cursor import CursorCodec
from catalogue.listing.distributions_reading import Distributions
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.fetching import RowReader
from catalogue.listing.index_building import IndexBuilder
from catalogue.listing.index_store import IndexStore
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.offsets import OffsetReader
from catalogue.listing.page import PageReader
from catalogue.listing.serving import ListServer
from catalogue.listing.totals import Totals
from catalogue.logs import configure_logging
from catalogue.orders.listing import ORDERS
from catalogue.orders.routes import router as orders_router
from catalogue.orders.storage import DocumentStorage
from catalogue.products.listing import PRODUCTS
from catalogue.products.routes import router as products_router
from catalogue.settings import Settings, load_settings

COLLECTIONS = (PRODUCTS, ORDERS, *FLEET)
SUMMARIES = tuple(listed.summary for listed in COLLECTIONS if listed.summary is not None)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. Raises pydantic.ValidationError when a setting is wrong."""
    settings = settings or load_settings()
    configure_logging(settings.logging)
    app = FastAPI(
        title="Catalogue",
        version=__version__,
        summary="Any filter, any sort, any row number of a product catalogue, in milliseconds.",
        lifespan=_lifespan,
        middleware=_layers(settings),
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    install_error_handlers(app)
    for router in (products_router, orders_router, fleet_router, callers_router, operations_router):
        app.router.routes.extend(router.routes)
    install_api_docs(app, COLLECTIONS)
    return app


def _layers(settings: Settings) -> list[Middleware]:
    layers = [Middleware(Admission), Middleware(Envelope, log_requests=settings.logging.log_requests)]
    if settings.server.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.server.cors_origins),
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=[
                    "ETag",
                    "Link",
                    "Server-Timing",
                    "X-Cache",
                    "X-Process-Time",
                    "X-Request-ID",
                    "RateLimit",
                    "RateLimit-Policy",
                    "Retry-After",
                    "WWW-Authenticate",
                ],
            )
        )
    return [
        *layers,
        Middleware(Refusals),
        Middleware(CompressMiddleware),
        Middleware(BodyLimit, max_bytes=settings.server.max_body_bytes),
        Middleware(FastLane, collections={f"{API_PREFIX}/{listed.name}": listed for listed in COLLECTIONS}),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    settings: Settings = app.state.settings
    redis = _redis(settings)
    engine = write_engine(settings.database)
    try:
        async with read_pool(settings.database) as pool:
            reader = ReadSession(pool, wait_s=settings.database.pool_wait_ms / 1000)
            app.state.pool = pool
            app.state.reader = reader
            app.state.writers = async_sessionmaker(engine, expire_on_commit=False)
            store = IndexStore(redis, timeout_s=settings.redis.redis_timeout_ms / 1000)
            builder = IndexBuilder(reader, store)
            app.state.index_builder = builder
            counts = CellCounts(reader)
            app.state.lists = _list_server(settings, reader, ListIndexes(store, builder), counts)
            app.state.documents = DocumentStorage(settings.server.data_dir / "documents")
            app.state.health = HealthChecks(
                reader=reader, redis=redis, redis_timeout_s=settings.redis.redis_timeout_ms / 1000
            )
            await app.state.lists.facets.load(COLLECTIONS)
            async with (
                callers_running(settings, reader=reader, engine=engine, redis=redis) as callers,
                builder.running(),
                CellFolder(engine, counts, SUMMARIES).running(),
            ):
                app.state.gate, app.state.logins = callers.gate, callers.logins
                yield {}
    finally:
        await engine.dispose()
        await redis.aclose()


def _list_server(
    settings: Settings, reader: ReadSession, indexes: ListIndexes, counts: CellCounts
) -> ListServer:
    facets = FacetReader(reader, counts)
    rows = RowReader(reader, facets)
    pages = PageReader(
        rows=rows,
        offsets=OffsetReader(rows, indexes, counts, Distributions(reader)),
        codec=CursorCodec(settings.server.secret_key),
        totals=Totals(reader, indexes, counts, budget_ms=settings.database.count_budget_ms),
    )
    return ListServer(reader=reader, pages=pages, facets=facets)


def _redis(settings: Settings) -> Redis:
    timeout_s = settings.redis.redis_timeout_ms / 1000
    return Redis.from_url(
        settings.redis.redis_url or "redis://127.0.0.1:6379/0",
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
    )
