"""Traces in OpenTelemetry's form, where OTEL_EXPORTER_OTLP_ENDPOINT is set; without it nothing here is imported.

A request has a span, below the caller's own where it sends `traceparent`, and each statement one below that. What the
cache asks for belongs to the request that asked first. Names and paths are recorded, never query strings or values.
"""

from time import time_ns
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from catalogue import __version__

if TYPE_CHECKING:
    from opentelemetry.trace import Span
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CARRIED = frozenset({b"traceparent", b"tracestate"})
_NOTED = {b"x-cache": "catalogue.cache", b"x-request-id": "catalogue.request_id"}
_LONGEST_SQL = 1_000
_NS = 1_000_000_000


class Tracing:
    """The traces of one worker. `share` of those that no caller has begun are recorded."""

    def __init__(self, endpoint: str, *, share: float) -> None:
        resource = Resource.create({SERVICE_NAME: "catalogue", SERVICE_VERSION: __version__})
        self._provider = TracerProvider(resource=resource, sampler=ParentBased(TraceIdRatioBased(share)))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("catalogue", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def layer(self, app: "ASGIApp") -> "ASGIApp":
        """The application with a span around each request."""

        async def traced(scope: "Scope", receive: "Receive", send: "Send") -> None:
            carried = {
                name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _CARRIED
            }
            with self._tracer.start_as_current_span(
                scope["method"],
                context=self._propagator.extract(carried),
                kind=SpanKind.SERVER,
                attributes={"http.request.method": scope["method"], "url.path": scope["path"]},
            ) as span:

                async def noted(message: "Message") -> None:
                    if message["type"] == "http.response.start":
                        _note(span, message)
                    await send(message)

                await app(scope, receive, noted)

        return traced

    def statement(self, sql: str, elapsed_s: float) -> None:
        """Record a statement that has just ended, below whatever runs."""
        ended_at = time_ns()
        text = " ".join(sql.split())[:_LONGEST_SQL]
        span = self._tracer.start_span(
            text.partition(" ")[0],
            kind=SpanKind.CLIENT,
            start_time=ended_at - int(elapsed_s * _NS),
            attributes={"db.system.name": "postgresql", "db.query.text": text},
        )
        span.end(ended_at)

    def close(self) -> None:
        """Send what is left. Blocks for a few seconds at most."""
        self._provider.shutdown()


def _note(span: "Span", message: "Message") -> None:
    status = message["status"]
    span.set_attribute("http.response.status_code", status)
    for name, value in message["headers"]:
        if (attribute := _NOTED.get(name)) is not None:
            span.set_attribute(attribute, value.decode("latin-1"))
    if status >= 500:
        span.set_status(StatusCode.ERROR)
