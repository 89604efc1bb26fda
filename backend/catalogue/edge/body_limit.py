"""A bound on request bodies: a declared length over it is refused unread, an undeclared one when it gets there."""

from typing import TYPE_CHECKING

from catalogue.edge.problems import problem_response
from catalogue.errors import BadRequest, CatalogueError, PayloadTooLarge

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    def __init__(self, app: "ASGIApp", *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        if (refusal := self._refusal(scope)) is not None:
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _refusal(self, scope: "Scope") -> CatalogueError | None:
        for name, value in scope["headers"]:
            if name == b"content-length":
                if not value.isdigit():
                    return BadRequest("Content-Length must be a number")
                if int(value[:20]) > self._max_bytes:
                    return self._too_large()
        return None

    def _counted(self, receive: "Receive") -> "Receive":
        received = 0

        async def counted() -> "Message":
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(
            f"a body may have at most {self._max_bytes} bytes", headers={"Connection": "close"}
        )
