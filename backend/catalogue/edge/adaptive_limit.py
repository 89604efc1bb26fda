"""How many requests may run at a time, found by what running them does to their latency.

The idea is that of Netflix's concurrency-limits (Gradient2) and of TCP before it: more at a time is more throughput until
something is saturated, and from then on only more waiting. What a request usually takes is learned while one or two
run: of more it would learn what they take from each other. Where there are always more, only one is let run at a time
for a moment now and then (as BBR does in TCP). In each short window the mean latency is compared with what is usual: up to
`TOLERATED` times as long the limit may grow by half its square root, and beyond that it shrinks in proportion. Between
the two it settles where little more than the usual time is spent waiting, whatever the database and the machine are
capable of at present. A limit that nobody comes near has not been tried for long, so it slowly comes down to twice of
what is used (as RFC 7661 has it of TCP): a flood must not begin with a number that was right for another time.
"""

from math import sqrt
from time import monotonic

WINDOW_S = 0.1
FEWEST = 10
FEW = 2
TOLERATED = 2.0
GROWING, SHRINKING, UNUSED = 0.2, 0.5, 0.02
"""So much of the way is gone in one window."""

PROBE_AFTER = 100
"""So many windows in which nobody ran nearly alone."""

FIRST_PROBE_AFTER = 10
"""The same where nothing was learned yet. What a program that has just started takes is not what is usual."""

LONGEST_PROBE_S = 0.5
_LEARNING = 0.1
_STEEPEST = 0.5
_HEADROOM = 0.5
_FIRST = 4


class AdaptiveLimit:
    """Between `least` and `most`; it does not move where both are the same. It begins where there is room for a few."""

    def __init__(self, *, least: int, most: int) -> None:
        self._least, self._most = float(min(least, most)), float(most)
        self._exact = min(self._most, _FIRST * self._least)
        self.value = int(self._exact)
        self.usual_s = 0.0
        self._probed_at: float | None = None
        self._unlearned = 0
        self._began_at = monotonic()
        self._count, self._sum_s, self._busiest, self._learned = 0, 0.0, 0, 0

    @property
    def is_probing(self) -> bool:
        """Whether only one is let run for a moment, to learn."""
        return self._probed_at is not None

    @property
    def settled(self) -> int:
        """What the limit is but for that."""
        return int(self._exact)

    def note(self, seconds: float, *, at_a_time: int) -> None:
        """A request took so long while so many at the most, itself included, were under way."""
        if self._least == self._most:
            return
        self._count += 1
        self._sum_s += seconds
        self._busiest = max(self._busiest, at_a_time)
        if at_a_time <= FEW:
            self._learn(seconds)
        now = monotonic()
        if self._probed_at is not None:
            self._end_probe(now, self._probed_at)
        elif self._count >= FEWEST and now - self._began_at >= WINDOW_S:
            if self.usual_s:
                self._adjust(self._sum_s / self._count)
            self._unlearned = 0 if self._learned else self._unlearned + 1
            if self._unlearned >= (PROBE_AFTER if self.usual_s else FIRST_PROBE_AFTER):
                self._probed_at, self.value = now, 1
            self._begin(now)

    def _learn(self, seconds: float) -> None:
        self._learned += 1
        self.usual_s += (seconds - self.usual_s) * (_LEARNING if self.usual_s else 1.0)

    def _end_probe(self, now: float, probed_at: float) -> None:
        """Once enough is learned, or in any case after a while."""
        if self._learned >= FEWEST or now - probed_at > LONGEST_PROBE_S:
            self.usual_s = self.usual_s or self._sum_s / self._count
            self._probed_at, self._unlearned, self.value = None, 0, int(self._exact)
            self._begin(now)

    def _adjust(self, mean_s: float) -> None:
        gradient = max(_STEEPEST, min(1.0, TOLERATED * self.usual_s / max(mean_s, 1e-6)))
        if gradient == 1.0 and self._busiest < self._exact / 2:
            wanted = min(self._exact, max(2.0 * self._busiest, 2.0 * self._least))
            step = UNUSED
        else:
            wanted = self._exact * gradient + max(1.0, _HEADROOM * sqrt(self._exact))
            step = GROWING if wanted > self._exact else SHRINKING
        self._exact += step * (wanted - self._exact)
        self._exact = max(self._least, min(self._most, self._exact))
        self.value = int(self._exact)

    def _begin(self, now: float) -> None:
        self._began_at = now
        self._count, self._sum_s, self._busiest, self._learned = 0, 0.0, 0, 0
