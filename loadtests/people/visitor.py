"""What everybody who calls the API does alike: read with conditional requests, write with a key, tell what went wrong."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from locust import FastHttpUser

from loadtests.people.memory import Memory, Parser
from loadtests.reads import Reads
from loadtests.settings import LoadTestSettings

SETTINGS = LoadTestSettings()
HURRIED = SETTINGS.course().hurried
reads = Reads()
"""What this run has read so far: from which cache tier, and how long the server says that it took."""

refusals: Counter[str] = Counter()
"""How many requests of this run were refused with 429 or 503 and a time to come back, by name."""

_parser = Parser()


class Pace:
    """How many times faster than usual everybody is at the moment."""

    def __init__(self) -> None:
        self.times = 1.0

    def pause_s(self, shortest_s: float, longest_s: float) -> float:
        return 0.0 if HURRIED else random.uniform(shortest_s, longest_s) / self.times


pace = Pace()


def pauses(shortest_s: float, longest_s: float) -> Callable[[Any], float]:
    """Time to think between two tasks; none in a shape whose people hurry."""
    return lambda _: pace.pause_s(shortest_s, longest_s)


class Visitor(FastHttpUser):
    """Remembers the last answers with their ETag, as a browser does."""

    abstract = True
    wait_time = pauses(0.5, 2.5)
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "gzip, br"}

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.memory = Memory()
        self.key = {"X-API-Key": SETTINGS.api_key} if SETTINGS.api_key else {}

    def read(
        self,
        address: str,
        *,
        name: str,
        check: Callable[[dict[str, Any]], str] | None = None,
        fresh_s: float = 0.0,
    ) -> dict[str, Any]:
        """The answer as JSON, not to be changed; `check` says what is wrong with it, or nothing.

        What is in memory and younger than `fresh_s` is not asked for.
        """
        known = self.memory.get(address)
        if known is not None and known.age_s() < fresh_s:
            return known.answer
        headers = {**self.headers, **self.key, **({"If-None-Match": known.etag} if known else {})}
        with self.client.get(address, name=name, headers=headers, catch_response=True) as response:
            reads.note(name, address, response.headers)
            if response.status_code == 304 and known is not None:
                etag, answer = known.etag, known.answer
            elif response.status_code == 200:
                etag = response.headers.get("ETag") or ""
                answer = _parser.parse(address, etag, response.content)
            else:
                self._refused(response, name)
                return {}
            if etag:
                self.memory.keep(address, etag, answer)
            if check is not None and (wrong := check(answer)):
                response.failure(wrong)
            return answer

    def _refused(self, response: Any, name: str) -> None:
        """A server that has too much to do may say so; the budgets tell how often."""
        if response.status_code in {429, 503} and response.headers and response.headers.get("Retry-After"):
            refusals[name] += 1
        response.failure(f"answered {response.status_code}: {(response.text or '')[:200]}")

    def write(
        self, method: str, address: str, *, name: str, expected: tuple[int, ...], **sent: Any
    ) -> dict[str, Any]:
        """The answer of a write as JSON; any other status than the expected ones is a failure."""
        headers = {**self.headers, **self.key, **sent.pop("headers", {})}
        with self.client.request(
            method, address, name=name, headers=headers, catch_response=True, **sent
        ) as response:
            if response.status_code not in expected:
                self._refused(response, name)
                return {}
            response.success()
            return dict(response.json()) if response.content else {}
