"""A hit needs nothing of the event loop, in a real server."""

import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from time import monotonic, sleep

import pytest

from tests.running.installation import free_port

BLOCKED_S = 3.0
_SERVER = f"""
import multiprocessing, sys, time
from granian.constants import Interfaces
from granian.server.mp import MPServer
from catalogue.running.settled_answers import answer_settled

OK = {{"type": "http.response.start", "status": 200, "headers": []}}

async def application(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    if scope["path"] == "/blocks":
        time.sleep({BLOCKED_S})
    await send(dict(OK))
    await send({{"type": "http.response.body", "body": b"by the loop"}})

def settled(scope):
    if scope["path"] == "/fails":
        raise RuntimeError
    return (dict(OK), {{"type": "http.response.body", "body": b"at once"}}) if scope["path"] == "/hit" else None

def load():
    assert answer_settled(settled)
    return application

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    MPServer("any", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI).serve(target_loader=load, wrap_loader=False)
"""


@pytest.fixture
def port() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(port)])
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline:
        try:
            _get(port, "/")
        except OSError:
            sleep(0.05)
        else:
            return
    raise TimeoutError("the server does not listen")


def _get(port: int, path: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_hit_is_answered_while_the_loop_is_busy(port: int) -> None:
    assert _get(port, "/hit") == b"at once"
    blocking = Thread(target=_get, args=(port, "/blocks"))
    blocking.start()
    sleep(0.3)
    started = monotonic()
    answers = [_get(port, "/hit") for _ in range(20)]
    seconds = monotonic() - started
    blocking.join()
    assert set(answers) == {b"at once"}
    assert seconds < BLOCKED_S / 2


def test_whatever_is_no_hit_goes_through_the_loop(port: int) -> None:
    assert _get(port, "/fails") == _get(port, "/else") == b"by the loop"
