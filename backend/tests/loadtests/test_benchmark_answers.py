"""An error page is fast: the benchmarks must not take one for a page of products."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson
import psutil
import pytest
import uvloop

from loadtests.benchmarks.answers import require_page, require_same_page, require_size
from loadtests.benchmarks.client import exchange_for, request_bytes
from loadtests.benchmarks.contestants import ContestantError, Running
from loadtests.benchmarks.load import WrongAnswerError, own_load, put_load, read_wrk

PAGE = orjson.dumps({"items": [{"id": number} for number in range(50)]})
OTHER_PAGE = orjson.dumps({"items": [{"id": number} for number in range(1, 51)]})
ERROR_PAGE = orjson.dumps({"items": [], "title": "out of order"})
ADDRESS = "/api/v1/products"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[Running]:
    """A server that answers everything the same."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Running(f"answers {status}", server.server_port, psutil.Process())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def load(contestant: Running, body_bytes: int) -> None:
    put_load(contestant.port, ADDRESS, seconds=1, connections=2, body_bytes=body_bytes)


def load_of_ours(contestant: Running, body_bytes: int) -> int:
    request = request_bytes(ADDRESS)
    exchanged = uvloop.run(exchange_for(contestant.port, lambda: request, seconds=0.2, connections=2))
    return own_load(exchanged, body_bytes=body_bytes).requests


def test_a_full_page_is_accepted_and_timed() -> None:
    with answering(200, PAGE) as contestant:
        assert len(require_page(contestant, ADDRESS)["items"]) == 50
        load(contestant, len(PAGE))
        assert load_of_ours(contestant, len(PAGE)) > 0


def test_an_error_page_is_refused_before_the_rounds() -> None:
    with answering(503, ERROR_PAGE) as contestant:
        with pytest.raises(ContestantError, match="answers 503"):
            require_page(contestant, ADDRESS)
        with pytest.raises(ContestantError, match="answers 503"):
            require_size(contestant, ADDRESS, len(ERROR_PAGE))


def test_an_error_page_with_status_200_is_refused_before_the_rounds() -> None:
    with answering(200, ERROR_PAGE) as contestant, pytest.raises(ContestantError, match="0 items"):
        require_page(contestant, ADDRESS)


def test_an_error_page_under_load_is_refused() -> None:
    with answering(500, PAGE) as contestant:
        with pytest.raises(WrongAnswerError):
            load(contestant, len(PAGE))
        with pytest.raises(WrongAnswerError):
            load_of_ours(contestant, len(PAGE))


def test_short_answers_under_load_are_refused() -> None:
    with answering(200, ERROR_PAGE) as contestant:
        with pytest.raises(WrongAnswerError, match="expected about 12000"):
            load(contestant, 12_000)
        with pytest.raises(WrongAnswerError, match="expected about 12000"):
            load_of_ours(contestant, 12_000)


def test_different_rows_are_no_comparison() -> None:
    with (
        answering(200, PAGE) as one,
        answering(200, OTHER_PAGE) as other,
        pytest.raises(ContestantError, match="different rows"),
    ):
        require_same_page((one, other), ADDRESS)


def test_wrk_reports_are_read_with_their_units() -> None:
    report = """Running 2s test @ http://127.0.0.1:8000/
  Latency Distribution
     50%  850.00us
     75%    1.20ms
     90%    3.00ms
     99%    1.50s
  2000 requests in 2.00s, 24.00MB read
Requests/sec:   1000.25
"""
    found = read_wrk(report, body_bytes=12_000)
    assert (found.requests, found.requests_per_s) == (2_000, 1_000.25)
    assert (found.p50_ms, found.p99_ms) == (0.85, 1_500)
