"""What one request spent its time on, for `Server-Timing`, `X-Process-Time` and the log; and how much it has."""

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class Timings:
    database_s: float = 0.0
    statements: int = 0
    request_id: str = ""
    deadline_at: float = float("inf")
    """When nobody waits for the answer any more, on the monotonic clock."""

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self.deadline_at - monotonic()


current_timings: ContextVar[Timings | None] = ContextVar("current_timings", default=None)

TIMINGS = "catalogue.timings"
"""The key in a scope under which the timings of a request stand when somebody outside wants to read them."""
