"""Circuit breakers: a dependency that fails a few times in a row is left alone for a while, and then asked by one first.

The counting is the library's (circuitbreaker). Added here: after the pause a single request tries while the others are
still refused, a request that its client gave up says nothing about the dependency, and states are in `/metrics` and
`/health/detailed`.
"""

from types import TracebackType

from circuitbreaker import CircuitBreaker  # type: ignore[import-untyped]
from prometheus_client import Counter, Gauge

OPEN = Gauge(
    "catalogue_breaker_open",
    "Workers that leave a dependency alone.",
    ("breaker",),
    multiprocess_mode="livesum",
)
FAILURES = Counter("catalogue_breaker_failures_total", "Failures of a dependency.", ("breaker",))
REFUSED = Counter(
    "catalogue_breaker_refused_total", "Calls that were not made, because the breaker was open.", ("breaker",)
)

Failures = type[Exception] | tuple[type[Exception], ...]


class BreakerOpen(Exception):
    """The dependency failed a moment ago and was not asked; the text is the breaker's name."""


class Breaker:
    """Used as `with breaker:` around each call; raises BreakerOpen where the call shall not be made.

    `failures` in a row of the kinds in `counted` open it for `pause_s` seconds. Another exception counts as an answer.
    """

    def __init__(self, name: str, *, counted: Failures, failures: int = 3, pause_s: float = 2.0) -> None:
        self.name = name
        self._circuit = CircuitBreaker(
            name=name, failure_threshold=failures, recovery_timeout=pause_s, expected_exception=counted
        )
        self._trying = False
        self._open, self._failed = OPEN.labels(name), FAILURES.labels(name)
        self._open.set(0)

    @property
    def state(self) -> str:
        """`closed`, `open` or `half_open`."""
        return str(self._circuit.state)

    @property
    def closed(self) -> bool:
        return bool(self._circuit.closed)

    def __enter__(self) -> None:
        if self._circuit.closed:
            return
        if self._circuit.opened or self._trying:
            REFUSED.labels(self.name).inc()
            raise BreakerOpen(self.name)
        self._trying = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trying = False
        if kind is not None and not issubclass(kind, Exception):
            return
        if kind is not None and self._circuit.is_failure(kind, error):
            self._failed.inc()
        self._circuit.__exit__(kind, error, trace)
        self._open.set(0 if self._circuit.closed else 1)


class Breakers:
    """All breakers of one worker."""

    def __init__(self) -> None:
        self._all: dict[str, Breaker] = {}

    def new(self, name: str, *, counted: Failures, failures: int = 3, pause_s: float = 2.0) -> Breaker:
        """A breaker under a name of its own; one that had the name before is forgotten."""
        breaker = Breaker(name, counted=counted, failures=failures, pause_s=pause_s)
        self._all[name] = breaker
        return breaker

    def states(self) -> dict[str, str]:
        """Each by its name."""
        return {name: breaker.state for name, breaker in self._all.items()}
