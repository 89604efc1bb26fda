"""The connections of a load: HTTP/1.1 as cheap as it can be had, for the server shares the machine with it."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import cast

from httptools import HttpResponseParser

from loadtests.faults.asked import BROKEN, Answered, Asked
from loadtests.ports import LOOPBACK

Address = Callable[[int], str]
Check = Callable[[str, int, bytes], bool]
_LAST_ANSWERS_S = 20.0
_MOST_CONNECTIONS = 1_500


class AskingClient:
    """Sends each request on a connection that is free, or on a new one. `asked` says what became of them."""

    def __init__(self, port: int, head: str, check: Check | None) -> None:
        self.asked = Asked()
        self.check = check
        self.on_answer: Callable[[], None] = lambda: None
        self.free: deque[_Connection] = deque()
        self.open = 0
        self.began_at = perf_counter()
        self._port = port
        self._head = f"Host: {LOOPBACK}\r\n{head}\r\n"
        self._opening: set[asyncio.Task[None]] = set()
        self._under_way = 0

    def send(self, address: str, due_at: float) -> None:
        while self.free:
            connection = self.free.pop()
            if not connection.transport.is_closing():
                self._under_way += 1
                connection.ask(address, self._head, due_at)
                return
        if self.open >= _MOST_CONNECTIONS:
            self.asked.unsent += 1
            return
        self._under_way += 1
        self.open += 1
        task = asyncio.create_task(self._connect(address, due_at))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def note(self, status: int, due_at: float, server_s: float = 0.0) -> None:
        self._under_way -= 1
        answered = Answered(status, perf_counter() - due_at, due_at - self.began_at, server_s)
        self.asked.answers.append(answered)
        self.on_answer()

    async def settled(self) -> None:
        """Wait for what is under way, for a while; then close."""
        self.on_answer = lambda: None
        until = perf_counter() + _LAST_ANSWERS_S
        while self._under_way and perf_counter() < until:  # noqa: ASYNC110 - at the end, once
            await asyncio.sleep(0.01)
        self.asked.unsent += self._under_way
        for connection in self.free:
            connection.transport.abort()

    async def _connect(self, address: str, due_at: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: _Connection(self), LOOPBACK, self._port)
        except OSError:
            self.open -= 1
            self.note(BROKEN, due_at)
            return
        connection.ask(address, self._head, due_at)


class _Connection(asyncio.Protocol):
    def __init__(self, client: AskingClient) -> None:
        self._client = client
        self._due_at: float | None = None
        self._address = ""
        self._body: list[bytes] = []
        self._server_s = 0.0

    def ask(self, address: str, head: str, due_at: float) -> None:
        self._parser = HttpResponseParser(self)
        self._due_at, self._address = due_at, address
        self._body.clear()
        self.transport.write(f"GET {address} HTTP/1.1\r\n{head}".encode())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name == b"x-process-time":
            self._server_s = float(value)

    def on_body(self, body: bytes) -> None:
        if self._client.check is not None:
            self._body.append(body)

    def on_message_complete(self) -> None:
        status, due_at = self._parser.get_status_code(), self._due_at
        if due_at is None:
            return
        check, self._due_at = self._client.check, None
        if check is not None and not check(self._address, status, b"".join(self._body)):
            self._client.asked.wrong += 1
        self._client.free.append(self)
        self._client.note(status, due_at, self._server_s)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._client.open -= 1
        if self._due_at is not None:
            due_at, self._due_at = self._due_at, None
            self._client.note(BROKEN, due_at)
