"""The first layer: nothing behind it, no cache and no route, sees a request that may not come in.

A refusal is carried inwards, to where the request has its id, its line in the log and its CORS headers; `Refusals`
answers it there.
"""

from time import monotonic
from typing import TYPE_CHECKING

from catalogue.callers.identifying import REMEMBERED_S
from catalogue.edge.problems import problem_response
from catalogue.edge.protection import Header, transport_headers
from catalogue.errors import CatalogueError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from catalogue.callers.gate import Admitted, Gate, Permit

CALLER = "caller"
"""The key in the scope of whoever asks; a request that has one was let in."""

REFUSAL = "catalogue.refusal"
"""The key in the scope of the error that a request was refused with."""


class Admission:
    """Asks the `Gate`, and tells in `RateLimit` what the request was counted against.

    With a cache it stands in front of that, and what is refused goes to `refused` behind it.
    """

    def __init__(
        self,
        app: "ASGIApp",
        *,
        hsts_s: int,
        gate: "Gate | None" = None,
        refused: "ASGIApp | None" = None,
    ) -> None:
        self._app = app
        self._always = transport_headers(hsts_s)
        self._gate = gate
        self._refused = refused or app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or CALLER in scope or REFUSAL in scope:
            await self._app(scope, receive, send)
            return
        gate: Gate = self._gate or scope["app"].state.gate
        try:
            admitted = await gate.admit(scope)
        except CatalogueError as error:
            scope[REFUSAL] = error
            await self._refused(scope, receive, _adding(send, self._always))
            return
        completing = self._completing(send, admitted)
        if admitted.permit is not None:
            completing = _Renewal(gate, admitted.permit, completing).send
        await self._app(scope, receive, completing)

    def _completing(self, send: "Send", admitted: "Admitted") -> "Send":
        """An answer that tells of the limit; one that says that nothing has changed is free."""
        allowance, is_private, _ = admitted
        if allowance is None:
            return _adding(send, self._always)

        async def completed(message: "Message") -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 304:
                    allowance.left += 1
                headers = [*message["headers"], *allowance.headers, *self._always]
                message["headers"] = for_its_caller_only(headers) if is_private else headers
            await send(message)

        return completed


class _Renewal:
    """A long answer goes on only as long as its caller may have it: nothing goes out to whoever was shut out since."""

    def __init__(self, gate: "Gate", permit: "Permit", send: "Send") -> None:
        self._gate = gate
        self._permit = permit
        self._send = send
        self._until = monotonic() + REMEMBERED_S

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.body" and monotonic() > self._until:
            if not await self._gate.still_admits(self._permit):
                raise AnswerCutOff
            self._until = monotonic() + REMEMBERED_S
        await self._send(message)


class AnswerCutOff(OSError):
    """The caller of a long answer may not have the rest of it. The connection is cut, so that it shows."""


class Refusals:
    """Answers what `Admission` refused."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        error = scope.get(REFUSAL)
        if error is None:
            await self._app(scope, receive, send)
            return
        await problem_response(error, scope["state"]["request_id"])(scope, receive, send)


def _adding(send: "Send", further: tuple[Header, ...]) -> "Send":
    async def added(message: "Message") -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *further]
        await send(message)

    return added


def for_its_caller_only(headers: list[Header]) -> list[Header]:
    """For whoever showed this key or token only; no cache on the way may keep it for others."""
    kept = [
        header for header in headers if header[0] != b"cache-control" or not header[1].startswith(b"public")
    ]
    if len(kept) < len(headers):
        kept.append((b"cache-control", b"private, max-age=0, must-revalidate"))
    return [*kept, (b"vary", b"Authorization, X-API-Key")]
