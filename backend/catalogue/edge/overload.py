"""Only so many requests at a time reach the database; a few more wait, and the rest is told at once to come back.

Reads have an adaptive limit and a short line. Writes have places of their own and wait longer, so a flood of reads
keeps no write out. What is done in the background waits until reads leave half of their places free. Health, metrics
and the documentation never wait, and what the cache has is served before anybody comes here.
"""

from time import monotonic
from typing import TYPE_CHECKING

from catalogue.edge.adaptive_limit import AdaptiveLimit
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.problems import problem_response
from catalogue.edge.waiting_line import WaitingLine
from catalogue.errors import Unavailable
from catalogue.settings import ServerSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_READS = 4
_READING = frozenset({"GET", "HEAD"})
_UNLIMITED = (f"{API_PREFIX}/health", f"{API_PREFIX}/auth/", f"{API_PREFIX}/changes")
_BACKGROUND_WAITS_S = 10.0


class Places:
    """The places of one worker: for reads and for writes."""

    def __init__(self, settings: ServerSettings) -> None:
        longest_wait_s = settings.overload_wait_ms / 1000
        self.reads = WaitingLine(
            AdaptiveLimit(least=LEAST_READS, most=settings.overload_reads), longest_wait_s=longest_wait_s
        )
        writes = settings.overload_writes
        self.writes = WaitingLine(
            AdaptiveLimit(least=writes, most=writes), longest_wait_s=max(1.0, longest_wait_s), patient=True
        )

    def described(self) -> dict[str, dict[str, int]]:
        """How full it is, for `/health/detailed`."""
        return {
            name: {"limit": line.limit.value, "running": line.running, "waiting": line.waiting}
            for name, line in (("reads", self.reads), ("writes", self.writes))
        }

    async def spare(self) -> None:
        """Wait until reads are few; what is done in the background does so first. Not for ever: it helps reads too."""
        await self.reads.calm(within_s=_BACKGROUND_WAITS_S)


class Overload:
    """Stands before what asks the database."""

    def __init__(self, app: "ASGIApp", *, places: Places) -> None:
        self._app = app
        self._places = places

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or is_unlimited(scope["path"]):
            await self._app(scope, receive, send)
            return
        line = self._places.reads if scope["method"] in _READING else self._places.writes
        try:
            at_a_time = await line.enter()
        except Unavailable as error:
            await problem_response(error, scope["state"]["request_id"])(scope, receive, send)
            return
        place = _Place(line, at_a_time)

        async def noted(message: "Message") -> None:
            if message["type"] == "http.response.start":
                place.give_back(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            place.give_back(0)


class _Place:
    """Given back when the answer begins: a client that reads slowly keeps nobody from the database."""

    def __init__(self, line: WaitingLine, at_a_time: int) -> None:
        self._line: WaitingLine | None = line
        self._at_a_time = at_a_time
        self._taken_at = monotonic()

    def give_back(self, status: int) -> None:
        """`status` is 0 where there is no answer."""
        if (line := self._line) is None:
            return
        self._line = None
        seconds = monotonic() - self._taken_at
        # Many come in the same moment, and the first of them would seem to have been alone.
        at_a_time = max(self._at_a_time, line.running + line.coming)
        # A failure that comes quickly says nothing about how much the database can bear.
        if 0 < status < 500 or seconds > line.limit.usual_s:
            line.limit.note(seconds, at_a_time=at_a_time)
        line.leave(seconds)


def is_unlimited(path: str) -> bool:
    """Streams have a bound of their own; what is not the API's does not ask the database."""
    return not path.startswith(API_PREFIX) or path.startswith(_UNLIMITED) or path.endswith("/export")
