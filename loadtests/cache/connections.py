"""A client that costs little: keep-alive connections on which one request follows the other's answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

import orjson
from httptools import HttpResponseParser

_PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def tier(self) -> str:
        """Where the cache had it from, as in X-Cache."""
        return self.headers.get("x-cache", "none")

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found


class Connection(asyncio.Protocol):
    """One connection to an API at a time; when the server has closed an idle one, there is another."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port, self._prefix = str(parts.hostname), int(parts.port or 80), parts.path
        self._answered: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._parts: list[bytes] = []

    @classmethod
    async def open(cls, address: str) -> Self:
        """A connection to `http://host:port/prefix`."""
        connection = cls(address)
        await connection._connect()
        return connection

    async def ask(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: object = None
    ) -> Answer:
        """Send one request; `body` goes as JSON. Raises ConnectionError when the connection breaks."""
        if self._transport.is_closing():
            await self._connect()
        sent = b"" if body is None else orjson.dumps(body)
        given = {"Host": "catalogue", **(headers or {})}
        if sent:
            given |= {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self._answered = asyncio.get_running_loop().create_future()
        self._parser, self._headers, self._parts = HttpResponseParser(self), {}, []
        self._transport.write(f"{method} {self._prefix}{path} HTTP/1.1\r\n{lines}\r\n".encode() + sent)
        async with asyncio.timeout(_PATIENCE_S):
            return await self._answered

    def close(self) -> None:
        self._answered = None
        self._transport.close()

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, self._host, self._port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._answered is not None and not self._answered.done():
            status = self._parser.get_status_code()
            self._answered.set_result(Answer(status, self._headers, b"".join(self._parts)))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("the server closed the connection"))


@asynccontextmanager
async def connected(address: str, count: int) -> AsyncIterator[list[Connection]]:
    """So many connections; the system spreads them over the server's workers."""
    connections = await asyncio.gather(*(Connection.open(address) for _ in range(count)))
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()
