"""Traces and fault reports, as real receivers on this machine get them; and that nothing of it is there when it is off."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import brotli
import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
}
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


class Receiver:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self) -> None:
        self.received: Queue[tuple[str, bytes]] = Queue()
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                body = DECODERS[self.headers.get("content-encoding")](body)
                received.put((self.path, body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


def spans_of(receiver: Receiver) -> list[Span]:
    spans: list[Span] = []
    while not receiver.received.empty():
        path, body = receiver.received.get()
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scoped in resource.scope_spans:
                spans += scoped.spans
    return spans


def attributes(span: Span) -> dict[str, str | int]:
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


async def test_request_and_its_statements_are_spans_of_the_callers_trace(
    shop: str, settings_for: Callable[..., Settings], receiver: Receiver
) -> None:
    endpoint = f"http://127.0.0.1:{receiver.port}"
    app = create_app(settings_for(shop, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, TRACE_SHARE="0"))
    async with running(app) as client:
        for _ in range(2):
            await client.get("/products/7", headers=CALLER)
        await client.get("/products/8")
    spans = spans_of(receiver)
    assert {span.trace_id.hex() for span in spans} == {TRACE}, "the share of others is 0"
    requests = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    assert [span.parent_span_id.hex() for span in requests] == [PARENT] * 2
    assert [attributes(span)["catalogue.cache"] for span in requests] == ["MISS", "HIT-LOCAL"]
    assert attributes(requests[0])["url.path"] == "/api/v1/products/7"
    assert attributes(requests[0])["http.response.status_code"] == 200
    statements = [span for span in spans if span.kind == Span.SPAN_KIND_CLIENT]
    assert statements
    assert {span.parent_span_id for span in statements} == {requests[0].span_id}
    assert all("$1" in str(attributes(span)["db.query.text"]) for span in statements), "no values"


def add_fault(app: FastAPI) -> None:
    @app.get("/api/v1/fault")
    async def fail() -> None:
        password = "secret of ours"
        raise RuntimeError(f"something went wrong, {len(password)}")


async def test_fault_is_reported_with_its_request_and_nothing_personal(
    shop: str, settings_for: Callable[..., Settings], receiver: Receiver
) -> None:
    app = create_app(settings_for(shop, SENTRY_DSN=f"http://public@127.0.0.1:{receiver.port}/1"))
    add_fault(app)
    async with running(app) as client:
        answer = await client.get("/fault?q=private", headers={"X-Request-ID": "look-for-me"})
        assert answer.status_code == 500
        assert (await client.get("/nowhere")).status_code == 404
    path, body = receiver.received.get(timeout=20)
    assert path.startswith("/api/1/")
    assert receiver.received.empty(), "what is no fault of ours is not reported"
    event = json.loads(body.splitlines()[2])
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["tags"] == {"request_id": "look-for-me", "path": "/api/v1/fault"}
    assert not [secret for secret in (b"private", b"secret of ours", b"administrator") if secret in body]


async def test_receiver_that_is_gone_costs_no_answer(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(
        shop,
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1",
        TRACE_SHARE="1",
        SENTRY_DSN="http://public@127.0.0.1:1/1",
    )
    app = create_app(settings)
    add_fault(app)
    async with running(app) as client:
        assert (await client.get("/fault")).status_code == 500
        assert (await client.get("/products/9")).status_code == 200


def test_nothing_is_imported_when_it_is_off() -> None:
    code = "import sys, catalogue.app; print([n for n in sys.modules if n.startswith(('opentelemetry.sdk', 'opentelemetry.exporter', 'sentry_sdk', 'google'))])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


async def test_slow_statement_is_logged_with_its_request(
    shop: str, settings_for: Callable[..., Settings], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with running(create_app(settings_for(shop, SLOW_STATEMENT_MS="1", CACHE="false"))) as client:
        for attempt in range(50):
            await client.get(
                f"/products/stats?min_price={attempt}.5", headers={"X-Request-ID": f"slow-{attempt}"}
            )
    lines = [json.loads(line) for line in capfdbinary.readouterr().err.splitlines()]
    slow = [line for line in lines if line["event"] == "slow statement"]
    assert slow
    assert slow[0]["request_id"].startswith("slow-")
    assert slow[0]["duration_ms"] >= 1
    assert "SELECT" in slow[0]["sql"]


async def test_places_pools_and_breakers_are_in_the_metrics(client: httpx.AsyncClient) -> None:
    text = (await client.get("http://catalogue/metrics")).text
    for name in (
        'catalogue_places{kind="reads",state="limit"}',
        'catalogue_pool_connections{pool="read",state="used"}',
        'catalogue_breaker_open{breaker="redis-cache"}',
        "catalogue_event_loop_lag_seconds",
        "catalogue_index_builds_waiting",
    ):
        assert name in text
