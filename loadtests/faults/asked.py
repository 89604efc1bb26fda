"""What became of the requests of a load."""

from dataclasses import dataclass, field
from typing import NamedTuple

BROKEN = 0
"""The status of a request whose connection broke."""


class Answered(NamedTuple):
    """One request: its status, the seconds from when it was due until its answer, and when it was due.

    `server_s` is what the server says of itself in `X-Process-Time`; 0 where it says nothing.
    """

    status: int
    seconds: float
    due_at: float
    server_s: float


@dataclass(slots=True)
class Asked:
    """All requests. `late` are the client's own delays in seconds, one each few milliseconds."""

    answers: list[Answered] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    wrong: int = 0
    unsent: int = 0
    seconds: float = 0.0

    def times(self, *statuses: int) -> list[float]:
        return sorted(answer.seconds for answer in self.answers if answer.status in statuses)

    def server_times(self, *statuses: int) -> list[float]:
        return sorted(answer.server_s for answer in self.answers if answer.status in statuses)

    def count(self, *statuses: int) -> int:
        return sum(answer.status in statuses for answer in self.answers)

    @property
    def total(self) -> int:
        return len(self.answers) + self.unsent

    @property
    def goodput(self) -> float:
        """Answers of 200 a second."""
        return self.count(200) / self.seconds

    @property
    def offered(self) -> float:
        """Requests a second."""
        return self.total / self.seconds


def percentile(times_s: list[float], percent: float) -> float:
    """In milliseconds; 0 where there are none. `times_s` is sorted."""
    return times_s[min(len(times_s) - 1, int(len(times_s) * percent / 100))] * 1_000 if times_s else 0.0
