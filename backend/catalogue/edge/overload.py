"""Only so many requests at a time reach the database; a few more wait, and the rest is told at once to come back.

How long a newcomer would wait follows from how many wait already and from how long requests take at present, so the
queue that is allowed shrinks as the database slows down. Reads and writes wait in lines of their own: a flood of
reads keeps no write out. Health, metrics and the documentation never wait.
"""

import asyncio
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.problems import problem_response
from catalogue.errors import Unavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD"})
_UNLIMITED = (f"{API_PREFIX}/health", f"{API_PREFIX}/auth/", f"{API_PREFIX}/changes")
_SMOOTHING = 0.1


class Line:
    """Requests of one kind: `places` may run at a time, and a newcomer may expect to wait `longest_wait_s`."""

    def __init__(self, *, places: int, longest_wait_s: float) -> None:
        self._places = places
        self._longest_wait_s = longest_wait_s
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._usual_s = 0.005

    @property
    def expected_wait_s(self) -> float:
        """How long a newcomer would wait."""
        return len(self._waiting) / self._places * self._usual_s

    async def enter(self) -> None:
        """Wait for a place. Raises Unavailable, at once where it would take too long."""
        if self._running < self._places and not self._waiting:
            self._running += 1
            return
        if self.expected_wait_s > self._longest_wait_s:
            raise Unavailable("too many requests are waiting already")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._longest_wait_s):
                await turn
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                raise Unavailable("no place became free in time") from None
            raise

    def leave(self, seconds: float) -> None:
        """Give the place to whoever waits longest; `seconds` is how long it was taken."""
        self._usual_s += _SMOOTHING * (seconds - self._usual_s)
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1

    def _give_up(self, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():
            self.leave(self._usual_s)
        elif turn in self._waiting:
            self._waiting.remove(turn)


class Overload:
    """Stands before what asks the database."""

    def __init__(self, app: "ASGIApp", *, reads: int, writes: int, longest_wait_s: float) -> None:
        self._app = app
        self._reads = Line(places=reads, longest_wait_s=longest_wait_s)
        self._writes = Line(places=writes, longest_wait_s=longest_wait_s)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or _is_unlimited(scope["path"]):
            await self._app(scope, receive, send)
            return
        line = self._reads if scope["method"] in _READING else self._writes
        try:
            await line.enter()
        except Unavailable as error:
            await problem_response(error, scope["state"]["request_id"])(scope, receive, send)
            return
        started = monotonic()
        try:
            await self._app(scope, receive, send)
        finally:
            line.leave(monotonic() - started)


def _is_unlimited(path: str) -> bool:
    """Streams have a bound of their own; what is not the API's does not ask the database."""
    return not path.startswith(API_PREFIX) or path.startswith(_UNLIMITED) or path.endswith("/export")
