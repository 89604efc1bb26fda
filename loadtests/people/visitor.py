"""What everybody who calls the API does alike: read with conditional requests, write with a key, tell what went wrong."""

import random
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, ClassVar

from locust import FastHttpUser

from loadtests.settings import LoadTestSettings

API = "/api/v1"
PRODUCTS = f"{API}/products"
REMEMBERED = 200
SETTINGS = LoadTestSettings()
HURRIED = SETTINGS.course().hurried
cache_answers: Counter[tuple[str, str]] = Counter()
"""How many reads of this run each cache tier has answered: by name of the request and the header `X-Cache`."""

refusals: Counter[str] = Counter()
"""How many requests of this run were refused with 429 or 503 and a time to come back, by name."""


def pauses(shortest_s: float, longest_s: float) -> Callable[[Any], float]:
    """Time to think between two tasks; none in a shape whose people hurry."""
    return lambda _: 0.0 if HURRIED else random.uniform(shortest_s, longest_s)


class Visitor(FastHttpUser):
    """Remembers the last answers with their ETag, as a browser does."""

    abstract = True
    wait_time = pauses(0.5, 2.5)
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "gzip, br"}

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.remembered: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        self.key = {"X-API-Key": SETTINGS.api_key} if SETTINGS.api_key else {}

    def read(
        self, address: str, *, name: str, check: Callable[[dict[str, Any]], str] | None = None
    ) -> dict[str, Any]:
        """The answer as JSON; `check` says what is wrong with it, or nothing."""
        etag, known = self.remembered.get(address, ("", {}))
        headers = {**self.headers, **self.key, **({"If-None-Match": etag} if etag else {})}
        with self.client.get(address, name=name, headers=headers, catch_response=True) as response:
            tier = response.headers.get("X-Cache", "none") if response.headers else "none"
            cache_answers[name, tier] += 1
            if response.status_code == 304:
                answer = known
            elif response.status_code == 200:
                answer = response.json()
                self._remember(address, response.headers.get("ETag"), answer)
            else:
                self._refused(response, name)
                return {}
            if check is not None and (wrong := check(answer)):
                response.failure(wrong)
            return dict(answer)

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

    def _remember(self, address: str, etag: str | None, answer: dict[str, Any]) -> None:
        if etag:
            self.remembered[address] = (etag, answer)
            if len(self.remembered) > REMEMBERED:
                self.remembered.popitem(last=False)
