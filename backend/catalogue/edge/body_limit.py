"""Bounds on request bodies: a declared length over it is refused unread, an undeclared one when it gets there.

A body that comes too slowly is given up: so many seconds are allowed, and one more for each 1,000 bytes that came
(as Apache's RequestReadTimeout).
"""

import asyncio
import re
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING

from catalogue.edge.problems import problem_response
from catalogue.errors import BadRequest, CatalogueError, PayloadTooLarge, RequestTimeout

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


SLOWEST_BYTES_PER_S = 1_000


class BodyLimit:
    """`uploads` maps patterns of the addresses that take files by POST to their own bounds."""

    def __init__(
        self,
        app: "ASGIApp",
        *,
        max_bytes: int,
        timeout_s: float,
        uploads: Mapping[re.Pattern[str], int] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._uploads = uploads or {}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
            return
        max_bytes = self._limit(scope)
        if (refusal := _refusal(scope, max_bytes)) is not None:
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)
            return
        await self._app(scope, _counted(receive, max_bytes, self._timeout_s), send)

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


def _counted(receive: "Receive", max_bytes: int, timeout_s: float) -> "Receive":
    received, ended = 0, False
    started = monotonic()

    async def counted() -> "Message":
        nonlocal received, ended
        if ended:
            return await receive()
        left_s = started + timeout_s + received / SLOWEST_BYTES_PER_S - monotonic()
        try:
            message = await asyncio.wait_for(receive(), left_s)
        except TimeoutError:
            raise _too_slow() from None
        received += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if received > max_bytes:
            raise _too_large(max_bytes)
        return message

    return counted


def _too_slow() -> RequestTimeout:
    return RequestTimeout("the body came too slowly", headers={"Connection": "close"})


def _too_large(max_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"a body may have at most {max_bytes} bytes", headers={"Connection": "close"})
