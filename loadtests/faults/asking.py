"""A client that asks at a given rate whether or not it is answered, as the world does (an open loop).

Times count from the moment a request was due, so a server that makes its clients wait cannot hide it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from httptools import HttpResponseParser

from loadtests.ports import LOOPBACK

Address = Callable[[int], str]
Check = Callable[[str, int, bytes], bool]
_LAST_ANSWERS_S = 20.0
_MOST_CONNECTIONS = 1_500
BROKEN = 0
"""The status of a request whose connection broke."""


@dataclass(slots=True)
class Asked:
    """For each request its status and its time in seconds, and when it was due, counted from the start."""

    answers: list[tuple[int, float, float]] = field(default_factory=list)
    wrong: int = 0
    unsent: int = 0
    seconds: float = 0.0

    def times(self, *statuses: int) -> list[float]:
        return sorted(seconds for status, seconds, _ in self.answers if status in statuses)

    def count(self, *statuses: int) -> int:
        return sum(status in statuses for status, _, _ in self.answers)

    @property
    def total(self) -> int:
        return len(self.answers) + self.unsent


def percentile(times_s: list[float], percent: float) -> float:
    """In milliseconds; 0 where there are none. `times_s` is sorted."""
    return times_s[min(len(times_s) - 1, int(len(times_s) * percent / 100))] * 1_000 if times_s else 0.0


async def ask_at(  # noqa: PLR0913 - a load's parts, by name
    port: int,
    address: Address,
    *,
    per_second: float,
    seconds: float,
    head: str = "",
    check: Check | None = None,
) -> Asked:
    """Ask `address(n)` for n = 0, 1, 2 … at a steady rate. `check` says whether a body is right."""
    client = _Client(port, head, check)
    started = perf_counter()
    for number in range(int(per_second * seconds)):
        due_at = started + number / per_second
        if (early_s := due_at - perf_counter()) > 0:
            await asyncio.sleep(early_s)
        client.send(address(number), due_at)
        if number % 20 == 0:
            await asyncio.sleep(0)
    client.asked.seconds = perf_counter() - started
    await client.settled()
    return client.asked


async def ask_steadily(
    port: int, address: Address, *, connections: int, seconds: float, head: str = ""
) -> Asked:
    """Ask on so many connections, one request after the other on each: what the server can bear (a closed loop)."""
    client = _Client(port, head, None)
    started = perf_counter()
    numbers = iter(range(1 << 30))

    def again(_: object = None) -> None:
        if perf_counter() - started < seconds:
            client.send(address(next(numbers)), perf_counter())

    client.on_answer = again
    for _ in range(connections):
        again()
    await asyncio.sleep(seconds)
    client.asked.seconds = perf_counter() - started
    await client.settled()
    return client.asked


class _Client:
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

    def note(self, status: int, due_at: float) -> None:
        self._under_way -= 1
        self.asked.answers.append((status, perf_counter() - due_at, due_at - self.began_at))
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
    def __init__(self, client: _Client) -> None:
        self._client = client
        self._due_at: float | None = None
        self._address = ""
        self._body: list[bytes] = []

    def ask(self, address: str, head: str, due_at: float) -> None:
        self._parser = HttpResponseParser(self)
        self._due_at, self._address = due_at, address
        self._body.clear()
        self.transport.write(f"GET {address} HTTP/1.1\r\n{head}".encode())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

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
        self._client.note(status, due_at)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._client.open -= 1
        if self._due_at is not None:
            due_at, self._due_at = self._due_at, None
            self._client.note(BROKEN, due_at)
