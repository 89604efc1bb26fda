"""What one request spent its time on, for `Server-Timing`, `X-Process-Time` and the log."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Timings:
    database_s: float = 0.0
    statements: int = 0


current_timings: ContextVar[Timings | None] = ContextVar("current_timings", default=None)

TIMINGS = "catalogue.timings"
"""The key in a scope under which the timings of a request stand when somebody outside wants to read them."""
