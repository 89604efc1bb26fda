"""The products list as tutorials teach it, done with care: what people would have without the list engine and the edge.

ORM entities, a `response_model`, OFFSET and LIMIT, a COUNT for every page, ILIKE for the search, and a cache-aside in
Redis under the MD5 of the address, with a lifetime and no invalidation. A hit is `json.loads` of what Redis has, which
goes through the `response_model` again: that is what tutorials and the decorators of cache libraries do.
`BASELINE_HITS=bytes` sends what Redis has as it is, which takes knowing that one may; `BASELINE_CACHE=off` leaves the cache out.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from redis.asyncio import Redis
from sqlalchemy import Select, asc, desc, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from loadtests.baseline.models import Product, ProductDetail, ProductOut, ProductPage

CACHE_LIFETIME_S = 120
_SORTABLE = {"id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at"}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url, pool_size=10)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.redis = Redis.from_url(os.environ["REDIS_URL"])
    app.state.caches = os.environ.get("BASELINE_CACHE", "on") != "off"
    app.state.sends_bytes = os.environ.get("BASELINE_HITS") == "bytes"
    yield
    await engine.dispose()
    await app.state.redis.aclose()


def create_app() -> FastAPI:
    """A factory of the application, as the server of the comparison wants it."""
    app = FastAPI(lifespan=_lifespan)
    app.get("/api/v1/products", response_model=ProductPage)(list_products)
    app.get("/api/v1/products/{identity}", response_model=ProductDetail)(read_product)
    return app


async def list_products(  # noqa: PLR0913, PLR0917 - a route's parameters, as tutorials write them
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
    sort: str = "id",
    category: str | None = None,
    brand: str | None = None,
    q: str | None = None,
) -> Any:
    """A page of products, from the cache where it has one."""
    if (cached := await _cached(request)) is not None:
        return cached
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as session:
        matching = _matching(category, brand, q)
        total = await session.scalar(select(func.count()).select_from(matching.subquery()))
        ordered = matching.order_by(*_order(sort)).offset(offset).limit(limit)
        products = (await session.scalars(ordered)).all()
    page = ProductPage(
        items=[ProductOut.model_validate(product) for product in products], total=total or 0, offset=offset
    )
    await _keep(request, page.model_dump_json())
    return page


async def read_product(request: Request, identity: int) -> Any:
    """One product."""
    if (cached := await _cached(request)) is not None:
        return cached
    sessions: async_sessionmaker[AsyncSession] = request.app.state.sessions
    async with sessions() as session:
        product = await session.get(Product, identity)
    if product is None:
        raise HTTPException(404)
    detail = ProductDetail.model_validate(product)
    await _keep(request, detail.model_dump_json())
    return detail


def _matching(category: str | None, brand: str | None, q: str | None) -> Select[Product]:
    matching = select(Product)
    if category is not None:
        matching = matching.where(Product.category == category)
    if brand is not None:
        matching = matching.where(Product.brand == brand)
    if q:
        pattern = f"%{q}%"
        columns = (Product.name, Product.description, Product.sku)
        matching = matching.where(or_(*(column.ilike(pattern) for column in columns)))
    return matching


def _order(sort: str) -> list[Any]:
    name = sort.removeprefix("-")
    if name not in _SORTABLE:
        raise HTTPException(422, f"cannot sort by {name}")
    direction = desc if sort.startswith("-") else asc
    return [direction(getattr(Product, name)), direction(Product.id)]


async def _cached(request: Request) -> Any:
    if not request.app.state.caches:
        return None
    body = await request.app.state.redis.get(_key(request))
    if body is None:
        return None
    if request.app.state.sends_bytes:
        return Response(body, media_type=JSONResponse.media_type)
    return json.loads(body)


async def _keep(request: Request, body: str) -> None:
    if request.app.state.caches:
        await request.app.state.redis.set(_key(request), body, ex=CACHE_LIFETIME_S)


def _key(request: Request) -> str:
    return "baseline:" + hashlib.md5(str(request.url).encode(), usedforsecurity=False).hexdigest()
