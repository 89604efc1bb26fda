"""The least that can be served: bytes that are there already, rows of the same SQL as a list page, one UPDATE.

`rows` answers a list's query string with the items alone. It prepares each query string once, so that a request
costs one statement on a pooled connection and the joining of what PostgreSQL returns.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from catalogue.db.reading import ReadConnection
from catalogue.db.urls import driver_url
from catalogue.listing.building import page_statement
from catalogue.listing.cursor import CursorCodec
from catalogue.listing.keyset import position_values
from catalogue.listing.request import DEFAULT_LIMIT, parse_request
from catalogue.products.listing import PRODUCTS
from catalogue.settings import Settings, load_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from catalogue.listing.route import Placement

PAGE_BYTES = 12_000
PAGE_FILE = "BENCH_PAGE_FILE"
"""The environment variable that names a file whose bytes are sent instead."""

UPDATE = "UPDATE products SET stock = $1, version = version + 1, updated_at = now() WHERE id = $2"
"""What a change of a product's stock is in SQL."""


def ready_bytes() -> ASGIApp:
    """An application that answers everything with a page's worth of bytes."""
    page = Path(os.environ[PAGE_FILE]).read_bytes() if PAGE_FILE in os.environ else b"0" * PAGE_BYTES

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        else:
            await answer(send, page)

    return application


def rows() -> ASGIApp:
    """An application that answers a list of products with the rows of its SQL."""
    settings = load_settings()
    codec = CursorCodec(settings.server.secret_key)
    prepared: dict[bytes, tuple[str, list[object]]] = {}
    connections = pool(settings)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with connections:
                await lifespan(receive, send)
            return
        query_string = scope["query_string"]
        if query_string not in prepared:
            prepared[query_string] = _prepare(query_string, codec)
        sql, arguments = prepared[query_string]
        async with connections.acquire() as connection:
            found = await connection.fetch(sql, *arguments)
        items = ",".join([row[0] for row in found[:DEFAULT_LIMIT]])
        await answer(send, b'{"items":[' + items.encode() + b"]}")

    return application


def updates() -> ASGIApp:
    """An application that sets the stock of the product at the end of the path, and answers with the row."""
    settings = load_settings()
    connections = pool(settings)
    changed = f"{UPDATE} RETURNING id, version"

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with connections:
                await lifespan(receive, send)
            return
        message = await receive()
        stock = orjson.loads(message["body"])["stock"]
        row = await connections.fetchrow(changed, stock, int(scope["path"].rpartition("/")[2]))
        await answer(send, orjson.dumps(dict(row)))

    return application


def pool(settings: Settings, **options: Any) -> Any:
    """As many connections as the API's own read pool has, and as little work on each; `options` are asyncpg's."""
    size = settings.database.read_pool_size
    fitted = {"connection_class": ReadConnection, "min_size": size, "max_size": size, **options}
    return asyncpg.create_pool(
        driver_url(settings.database.database_url),
        server_settings={"jit": "off", "timezone": "UTC"},
        **fitted,
    )


def _prepare(query_string: bytes, codec: CursorCodec) -> tuple[str, list[object]]:
    request = parse_request(PRODUCTS, query_string)
    values = request.bound_values
    placement: Placement = "start"
    if request.cursor is not None:
        placement, values = "after", {**values, **position_values(codec.decode(request.cursor, request).keys)}
    elif request.offset:
        placement, values = "offset", {**values, "offset": request.offset}
    statement = page_statement(request, placement)
    return statement.sql, statement.arguments(values)


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop when the server says so."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def answer(send: Send, body: bytes) -> None:
    """A body of JSON, and nothing else."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
