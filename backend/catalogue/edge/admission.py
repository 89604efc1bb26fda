"""The first layer: nothing behind it, no cache and no route, sees a request that may not come in.

A refusal is carried inwards, to where the request has its id, its line in the log and its CORS headers; `Refusals`
answers it there.
"""

from typing import TYPE_CHECKING

from catalogue.edge.problems import problem_response
from catalogue.errors import CatalogueError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from catalogue.callers.gate import Gate
    from catalogue.limits.allowances import Allowance

CALLER = "caller"
"""The key in the scope of whoever asks; a request that has one was let in."""

REFUSAL = "catalogue.refusal"
"""The key in the scope of the error that a request was refused with."""


class Admission:
    """Asks the `Gate`, and tells in `RateLimit` what the request was counted against.

    With a cache it stands in front of that, and what is refused goes to `refused` behind it.
    """

    def __init__(
        self, app: "ASGIApp", *, gate: "Gate | None" = None, refused: "ASGIApp | None" = None
    ) -> None:
        self._app = app
        self._gate = gate
        self._refused = refused or app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or CALLER in scope or REFUSAL in scope:
            await self._app(scope, receive, send)
            return
        gate: Gate = self._gate or scope["app"].state.gate
        try:
            allowance = await gate.admit(scope)
        except CatalogueError as error:
            scope[REFUSAL] = error
            await self._refused(scope, receive, send)
            return
        await self._app(scope, receive, send if allowance is None else _counted(send, allowance))


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


def _counted(send: "Send", allowance: "Allowance") -> "Send":
    """An answer that tells of the limit; one that says that nothing has changed is free."""

    async def counted(message: "Message") -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 304:
                allowance.left += 1
            message["headers"] = [*message["headers"], *allowance.headers]
        await send(message)

    return counted
