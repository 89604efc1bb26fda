"""Asking the application behind the cache: a plain GET of an address, its answer taken whole."""

from typing import TYPE_CHECKING, Any

from catalogue.caching.address import Address
from catalogue.caching.answers import Made
from catalogue.callers.scopes import Caller
from catalogue.edge.admission import CALLER
from catalogue.edge.cached_answers import PROTECTION
from catalogue.edge.departures import ASKED_BY_CACHE
from catalogue.edge.problems import problem_response
from catalogue.edge.timings import TIMINGS, Timings
from catalogue.edge.waiting_line import WaitingLine
from catalogue.errors import Unavailable
from catalogue.listing.serving import PARSED, SHOWN
from catalogue.listing.shown import Shown

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message


_EVERYBODY = Caller("cache", frozenset())
"""Whoever asked was let in before the cache was looked at; the answer is the same to all who may see it."""


class Application:
    """`application` is what stands behind the cache, `reads` the line in which it lets requests wait."""

    def __init__(self, application: "ASGIApp", reads: WaitingLine) -> None:
        self._application = application
        self._reads = reads

    async def make(self, address: Address, request_id: bytes) -> tuple[Made, float]:
        """The answer to everybody: the headers of whoever asks first have no part in it."""
        if self._reads.is_full():
            self._reads.refuse()
            return _refused(request_id), 0.0
        timings = Timings()
        status, headers, parts = 500, [], []

        async def send(message: "Message") -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        shown = Shown()
        scope = {**_scope(address, request_id), TIMINGS: timings, SHOWN: shown}
        await self._application(scope, _receive, send)
        return Made(status, headers, b"".join(parts), shown), timings.database_s


def _refused(request_id: bytes) -> Made:
    """What the application would answer, for a fraction of its cost: this is where an overload is turned away."""
    error = Unavailable("too many requests are waiting already")
    response = problem_response(error, request_id.decode("latin-1"))
    return Made(error.status, [*response.raw_headers, *PROTECTION], bytes(response.body))


def _scope(address: Address, request_id: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": address.path,
        "raw_path": address.path.encode("utf-8", "surrogatepass"),
        "query_string": address.query_string,
        "root_path": "",
        "headers": [(b"x-request-id", request_id)],
        "client": None,
        "server": None,
        "state": {},
        CALLER: _EVERYBODY,
        PARSED: address.question.request,
        ASKED_BY_CACHE: True,
    }


async def _receive() -> "Message":
    return {"type": "http.request", "body": b"", "more_body": False}
