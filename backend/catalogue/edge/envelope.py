"""The outermost layer: request id, timings, one log line, metrics, HEAD, and a last answer to any fault."""

import asyncio
import re
from secrets import token_hex
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

import structlog

from catalogue.edge.admission import AnswerCutOff
from catalogue.edge.deadlines import wanted_timeout_s
from catalogue.edge.departures import ASKED_BY_CACHE, CLIENT_CLOSED_REQUEST
from catalogue.edge.metrics import observe_request
from catalogue.edge.problems import problem_response
from catalogue.edge.protection import Header, content_policy, protecting_headers
from catalogue.edge.timings import TIMINGS, Timings, current_timings
from catalogue.errors import InternalError
from catalogue.masking import masked_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Report = Callable[..., None]

_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:\-]{1,128}")

_QUIET = ("/health", "/api/v1/health", "/metrics")
"""What is asked every few seconds by machines is logged at debug only."""


class Envelope:
    """Wraps every HTTP request; other scopes pass through."""

    def __init__(
        self, app: "ASGIApp", *, log_requests: bool, timeout_s: float, report: "Report | None" = None
    ) -> None:
        self._app = app
        self._protection = protecting_headers()
        self._log_requests = log_requests
        self._timeout_s = timeout_s
        self._report = report
        self._log = structlog.get_logger("catalogue.request")

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._protection)
        exchange.timings.request_id = exchange.request_id
        wanted_s = wanted_timeout_s(scope["headers"])
        exchange.timings.deadline_at = monotonic() + min(wanted_s, self._timeout_s)
        token = current_timings.set(exchange.timings)
        try:
            await self._app(exchange.inner_scope, receive, exchange.send)
        except AnswerCutOff:
            self._log.info("answer cut off", request_id=exchange.request_id, path=scope["path"])
        except asyncio.CancelledError:
            if not exchange.started:
                exchange.status = CLIENT_CLOSED_REQUEST
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence
            self._log.exception("request failed", request_id=exchange.request_id, path=scope["path"])
            if self._report is not None:
                self._report(error, request_id=exchange.request_id, path=scope["path"])
            if not exchange.started:
                await problem_response(InternalError(), exchange.request_id)(scope, receive, exchange.send)
        finally:
            current_timings.reset(token)
            self._finish(exchange)

    def _finish(self, exchange: "_Exchange") -> None:
        duration_s = perf_counter() - exchange.started_at
        scope = exchange.inner_scope
        route = str(scope.get("matched_path") or getattr(scope.get("route"), "path_format", "unmatched"))
        if ASKED_BY_CACHE not in scope:
            observe_request(exchange.method, route, exchange.status, duration_s)
        if self._log_requests:
            log = self._log.debug if scope["path"].startswith(_QUIET) else self._log.info
            log(
                "request",
                method=exchange.method,
                path=scope["path"],
                status=exchange.status,
                duration_ms=round(duration_s * 1000, 2),
                db_ms=round(exchange.timings.database_s * 1000, 2),
                client=masked_address((scope.get("client") or ("",))[0]),
                caller=getattr(scope.get("caller"), "name", ""),
                request_id=exchange.request_id,
            )


class _Exchange:
    """One request and its answer as it goes out."""

    def __init__(self, scope: "Scope", send: "Send", protection: tuple[Header, ...]) -> None:
        self._protection = protection
        self.started_at = perf_counter()
        self.method: str = scope["method"]
        self.request_id = _request_id(scope)
        self.timings: Timings = scope.get(TIMINGS) or Timings()
        self.status = 500
        self.started = False
        self.inner_scope: Scope = {
            **scope,
            "state": {
                **scope.get("state", {}),
                "request_id": self.request_id,
                "head": self.method == "HEAD",
            },
        }
        if self.method == "HEAD":
            self.inner_scope["method"] = "GET"
        self._send = send

    async def send(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            self._add_headers(message)
        elif self.method == "HEAD" and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _add_headers(self, message: "Message") -> None:
        elapsed_s = perf_counter() - self.started_at
        timing = f"cache;dur=0, db;dur={self.timings.database_s * 1000:.3f}, total;dur={elapsed_s * 1000:.3f}"
        message["headers"] = [
            *message["headers"],
            (b"x-request-id", self.request_id.encode()),
            (b"x-process-time", b"%.6f" % elapsed_s),
            (b"server-timing", timing.encode()),
            *self._protection,
            *content_policy(message["headers"]),
        ]


def _request_id(scope: "Scope") -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_REQUEST_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return token_hex(16)
