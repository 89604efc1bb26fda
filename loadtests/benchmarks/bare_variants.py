"""What `bare` does without a framework, done in other ways: ready bytes, and the first page of products by asyncpg."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson

from catalogue.listing.building import page_statement
from catalogue.listing.request import DEFAULT_LIMIT, parse_request
from catalogue.products.listing import PRODUCTS
from catalogue.settings import load_settings
from loadtests.benchmarks.bare import PAGE_BYTES, answer, lifespan, pool, ready_bytes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BYTES = b"0" * PAGE_BYTES
_FIELDS = ", ".join(PRODUCTS.fields)
_PLAIN = f"SELECT {_FIELDS} FROM products ORDER BY price, id LIMIT {DEFAULT_LIMIT}"  # noqa: S608 - our own names
_PAGE = page_statement(parse_request(PRODUCTS, b"sort=price"), "start")


def bytes_by_rsgi() -> Any:
    """What `bare.ready_bytes` does, by granian's own interface: headers and body in one call, and nothing to await."""

    async def application(_scope: Any, protocol: Any) -> None:
        protocol.response_bytes(200, [("content-type", "application/json")], _BYTES)

    return application


class BytesAtOnce:
    """What `bare.ready_bytes` does, answered where the request arrives (`catalogue.running.settled_answers`)."""

    def __init__(self) -> None:
        self._through_the_loop = ready_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._through_the_loop(scope, receive, send)

    def settled_answer(self, _scope: Scope) -> tuple[Message, Message]:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % PAGE_BYTES)]
        start: Message = {"type": "http.response.start", "status": 200, "headers": headers}
        return start, {"type": "http.response.body", "body": _BYTES}


def json_by_orjson() -> ASGIApp:
    """Rows as Python values, made into JSON in the program."""

    async def page(connections: Any) -> bytes:
        async with connections.acquire() as connection:
            rows = await connection.fetch(_PLAIN)
        return orjson.dumps({"items": [dict(row) for row in rows]}, default=_number)

    return _application(page)


def not_prepared() -> ASGIApp:
    """The SQL of `bare.rows`, parsed and planned each time."""
    return _application(_page_of_json, statement_cache_size=0)


def one_connection() -> ASGIApp:
    """The SQL of `bare.rows` on a single connection, which all requests wait for."""
    return _application(_page_of_json, min_size=1, max_size=1)


async def _page_of_json(connections: Any) -> bytes:
    async with connections.acquire() as connection:
        rows = await connection.fetch(_PAGE.sql, *_PAGE.arguments({}))
    return b'{"items":[' + ",".join([row[0] for row in rows[:DEFAULT_LIMIT]]).encode() + b"]}"


def _application(page: Callable[[Any], Awaitable[bytes]], **options: Any) -> ASGIApp:
    connections = pool(load_settings(), **options)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with connections:
                await lifespan(receive, send)
        else:
            await answer(send, await page(connections))

    return application


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
