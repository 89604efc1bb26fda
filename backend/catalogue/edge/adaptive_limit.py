"""How many requests may run at a time, found by what running them does to their latency.

The idea is that of Netflix's concurrency-limits (Gradient2) and of TCP before it: more at a time is more throughput until
something is saturated, and from then on only more waiting. What a request usually takes is learned while few run.
In each short window the mean latency is compared with that: up to `TOLERATED` times as long the limit may grow by
its square root, and beyond that it shrinks in proportion. Between the two it settles where little more than the
usual time is spent waiting, whatever the database and the machine are capable of at present.
"""

from math import sqrt
from time import monotonic

WINDOW_S = 0.1
FEWEST = 10
TOLERATED = 2.0
SMOOTHING = 0.2
_LEARNING = 0.1
_FORGETTING_PER_S = 0.005
_STEEPEST = 0.5


class AdaptiveLimit:
    """Between `least`, which is also how many count as few, and `most`, where it begins."""

    def __init__(self, *, least: int, most: int) -> None:
        self._least, self._most = float(min(least, most)), float(most)
        self._exact = self._most
        self.value = most
        self.usual_s = 0.0
        self._count, self._sum_s, self._busiest, self._quiet = 0, 0.0, 0, 0
        self._begin(monotonic())

    def note(self, seconds: float, *, at_a_time: int) -> None:
        """A request took so long while so many, itself included, were under way when it began."""
        self._count += 1
        self._sum_s += seconds
        self._busiest = max(self._busiest, at_a_time)
        if at_a_time <= self._least:
            self._learn(seconds)
        now = monotonic()
        if self._count >= FEWEST and now - self._began_at >= WINDOW_S:
            self._adjust(self._sum_s / self._count, now - self._began_at)
            self._begin(now)

    def _learn(self, seconds: float) -> None:
        self._quiet += 1
        self.usual_s += (seconds - self.usual_s) * (_LEARNING if self.usual_s else 1.0)

    def _adjust(self, mean_s: float, window_s: float) -> None:
        if not self.usual_s:
            self.usual_s = mean_s
        if not self._quiet and mean_s > self.usual_s:
            # It is never quiet: what is usual may have changed, so it is slowly believed.
            self.usual_s = min(mean_s, self.usual_s * (1 + _FORGETTING_PER_S * window_s))
        gradient = max(_STEEPEST, min(1.0, TOLERATED * self.usual_s / max(mean_s, 1e-6)))
        if gradient == 1.0 and self._busiest < self._exact / 2:
            return
        wanted = self._exact * gradient + sqrt(self._exact)
        self._exact += SMOOTHING * (wanted - self._exact)
        self._exact = max(self._least, min(self._most, self._exact))
        self.value = int(self._exact)

    def _begin(self, now: float) -> None:
        self._began_at = now
        self._count, self._sum_s, self._busiest, self._quiet = 0, 0.0, 0, 0
