"""A client that leaves takes its request along: the statement it waits for is cancelled in PostgreSQL.

Most requests are answered before anybody could leave, so only those that take a moment are watched.
"""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from catalogue.edge.addresses import API_PREFIX

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKED_BY_CACHE = "catalogue.asked_by_cache"
"""The key in the scope of a request that the cache makes: it watches over its clients itself."""

WATCH_AFTER_S = 0.03
"""Watching begins when a request has taken so long, or up to twice as long."""

CLIENT_CLOSED_REQUEST = 499
Result = TypeVar("Result")
_STREAMS = ("/changes", "/export", "/content", "/errors")


class ClientLeft(Exception):
    """Nobody waits for the answer any more, and the work for it was left off."""


async def unless_client_leaves(receive: "Receive", work: Awaitable[Result]) -> Result:
    """Do the work of a request that has no body to be read. Raises ClientLeft."""
    watch = _Watch(receive)
    try:
        return await work
    except asyncio.CancelledError:
        if not watch.has_left:
            raise
        watch.request.uncancel()
        raise ClientLeft from None
    finally:
        watch.end()


def to_nobody() -> "tuple[Message, Message]":
    """An answer that nobody reads; what was asked is noted under its status."""
    start: Message = {"type": "http.response.start", "status": CLIENT_CLOSED_REQUEST, "headers": []}
    return start, {"type": "http.response.body", "body": b""}


class Departures:
    """Watches reads. A write is carried out to its end, whoever listens."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or not _is_watched(scope):
            await self._app(scope, receive, send)
            return
        try:
            await unless_client_leaves(receive, self._app(scope, receive, send))
        except ClientLeft:
            for message in to_nobody():
                await send(message)


class _Watch:
    """Waits for the client's leaving, from a moment after the request began."""

    def __init__(self, receive: "Receive") -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a request runs in a task")
        self.request = task
        self.has_left = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._patrol = _patrols.get(loop) or _patrols.setdefault(loop, _Patrol())
        self._patrol.add(self)

    def begin(self) -> None:
        self._task = asyncio.create_task(self._wait())

    def end(self) -> None:
        self._patrol.leave(self)
        if self._task is not None:
            self._task.cancel()

    async def _wait(self) -> None:
        message = await self._receive()
        while message["type"] == "http.request" and message.get("more_body"):
            message = await self._receive()
        if message["type"] == "http.request":
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_left = True
            self.request.cancel()


class _Patrol:
    """Comes by every `WATCH_AFTER_S` while there are requests, and begins to watch those that it has seen before.

    A timer for each request would cost more than many of them take.
    """

    def __init__(self) -> None:
        self._new: set[_Watch] = set()
        self._seen: set[_Watch] = set()
        self._walks = False

    def add(self, watch: _Watch) -> None:
        self._new.add(watch)
        if not self._walks:
            self._walks = True
            asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._walk)

    def leave(self, watch: _Watch) -> None:
        self._new.discard(watch)
        self._seen.discard(watch)

    def _walk(self) -> None:
        for watch in self._seen:
            watch.begin()
        self._seen, self._new = self._new, set()
        self._walks = bool(self._seen)
        if self._walks:
            asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._walk)


_patrols: WeakKeyDictionary[asyncio.AbstractEventLoop, _Patrol] = WeakKeyDictionary()
"""One for each event loop."""


def _is_watched(scope: "Scope") -> bool:
    path = scope["path"]
    if ASKED_BY_CACHE in scope:
        return False
    return scope["method"] == "GET" and path.startswith(API_PREFIX) and not path.endswith(_STREAMS)
