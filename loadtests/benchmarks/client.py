"""A small HTTP/1.1 client that only measures: keep-alive connections, one request after the other on each."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from httptools import HttpResponseParser

from loadtests.ports import LOOPBACK

_MARGIN_SECONDS = 30
_GOOD = frozenset({200, 201, 304})
MakeRequest = Callable[[], bytes]
"""The bytes of the next request; `request_bytes` makes them."""


@dataclass(slots=True)
class Exchanged:
    """Times of all answers in seconds, bytes received with their headers, answers that were no success nor a 304."""

    times_s: list[float] = field(default_factory=list)
    received_bytes: int = 0
    refused: int = 0
    elapsed_s: float = 0.0


def request_bytes(
    address: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """A request as it goes over the wire; a body is JSON."""
    named = {"Host": LOOPBACK, **(headers or {})}
    if body:
        named |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {address} HTTP/1.1\r\n{lines}\r\n".encode() + body


async def exchange_for(port: int, make: MakeRequest, *, seconds: float, connections: int) -> Exchanged:
    """Send what `make` gives on all connections for `seconds`. Raises OSError when a connection breaks."""
    exchanged = Exchanged()
    loop = asyncio.get_running_loop()
    started = perf_counter()
    deadline = started + seconds
    clients = []
    for _ in range(connections):
        _, client = await loop.create_connection(
            lambda: _Connection(make, exchanged, deadline), LOOPBACK, port
        )
        clients.append(client)
    async with asyncio.timeout(seconds + _MARGIN_SECONDS):
        await asyncio.gather(*(client.finished for client in clients))
    exchanged.elapsed_s = perf_counter() - started
    return exchanged


class _Connection(asyncio.Protocol):
    def __init__(self, make: MakeRequest, exchanged: Exchanged, deadline: float) -> None:
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._make = make
        self._exchanged = exchanged
        self._deadline = deadline

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._exchanged.received_bytes += len(data)
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = perf_counter()
        self._exchanged.times_s.append(now - self._asked_at)
        self._exchanged.refused += self._parser.get_status_code() not in _GOOD
        if now < self._deadline:
            self._ask()
        else:
            self.finished.set_result(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def _ask(self) -> None:
        self._parser = HttpResponseParser(self)
        request = self._make()
        self._asked_at = perf_counter()
        self._transport.write(request)
