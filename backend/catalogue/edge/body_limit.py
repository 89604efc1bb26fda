"""A bound on request bodies: a declared length over it is refused unread, an undeclared one when it gets there."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from catalogue.edge.problems import problem_response
from catalogue.errors import BadRequest, CatalogueError, PayloadTooLarge

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """`uploads` maps patterns of the addresses that take files by POST to their own bounds."""

    def __init__(
        self, app: "ASGIApp", *, max_bytes: int, uploads: Mapping[re.Pattern[str], int] | None = None
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._uploads = uploads or {}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        max_bytes = self._limit(scope)
        if (refusal := _refusal(scope, max_bytes)) is not None:
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)
            return
        await self._app(scope, _counted(receive, max_bytes), send)

    def _limit(self, scope: "Scope") -> int:
        if scope["method"] == "POST":
            for address, max_bytes in self._uploads.items():
                if address.fullmatch(scope["path"]):
                    return max_bytes
        return self._max_bytes


def _refusal(scope: "Scope", max_bytes: int) -> CatalogueError | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                return BadRequest("Content-Length must be a number")
            if int(value[:20]) > max_bytes:
                return _too_large(max_bytes)
    return None


def _counted(receive: "Receive", max_bytes: int) -> "Receive":
    received = 0

    async def counted() -> "Message":
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > max_bytes:
            raise _too_large(max_bytes)
        return message

    return counted


def _too_large(max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"a body may have at most {max_bytes} bytes", headers={"Connection": "close"})
