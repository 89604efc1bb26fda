"""Asking the application in its own process, and watching whether its event loop stands still meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

from loadtests.hostile.cases import Case

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

_BEAT_S = 0.002
_PATIENCE_S = 30.0
_STREAM = "/changes"


@dataclass
class Outcome:
    """What came of all cases. `faults` are answers of 500 and above, `stalls` say what was asked last.

    `busy_ms` is the longest that the event loop worked without a pause: time of its own thread, so what else the
    machine does has no part in it. `worst_ms` is the longest that it stood still by the clock, for whatever reason.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stalls: list[tuple[float, str]] = field(default_factory=list)

    busy_ms: float = 0.0

    @property
    def worst_ms(self) -> float:
        return max((stall for stall, _ in self.stalls), default=0.0)


class Watcher:
    """Notes how late each beat of the event loop comes."""

    def __init__(self, outcome: Outcome, *, above_ms: float) -> None:
        self.asked = ""
        self._outcome = outcome
        self._above_ms = above_ms

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            started, worked = perf_counter(), thread_time()
            await asyncio.sleep(_BEAT_S)
            late_ms = (perf_counter() - started - _BEAT_S) * 1_000
            self._outcome.busy_ms = max(self._outcome.busy_ms, (thread_time() - worked) * 1_000)
            if late_ms > self._above_ms:
                self._outcome.stalls.append((late_ms, self.asked))


async def ask_all(application: "ASGIApp", cases: Iterable[Case], *, key: str, above_ms: float) -> Outcome:
    """Ask one case after the other as a caller with every scope; stalls below `above_ms` are not noted."""
    outcome = Outcome()
    watcher = Watcher(outcome, above_ms=above_ms)
    async with watcher.watching():
        for case in cases:
            watcher.asked = case.name
            async with asyncio.timeout(_PATIENCE_S):
                status = await _status(application, case, key)
            outcome.statuses[status] += 1
            if status >= 500:
                outcome.faults.append(f"{status}: {case.name}")
            await asyncio.sleep(0)
    return outcome


async def _status(application: "ASGIApp", case: Case, key: str) -> int:
    status = 0
    waiting = [{"type": "http.request", "body": case.body, "more_body": False}]

    async def receive() -> "Message":
        if waiting:
            return waiting.pop()
        if not case.path.endswith(_STREAM):
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: "Message") -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    await application(_scope(case, key), receive, send)
    return status


def _scope(case: Case, key: str) -> dict[str, Any]:
    headers = list({b"host": b"catalogue", **dict(case.headers)}.items())
    if not any(name == b"authorization" for name, _ in headers):
        headers.append((b"x-api-key", key.encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": case.method,
        "scheme": "http",
        "path": case.path,
        "raw_path": case.path.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "query_string": case.query,
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("catalogue", 80),
        "state": {},
    }
