"""How much is served with how many users, and whether more users than a server can serve make it serve less."""

import time
from collections import defaultdict
from statistics import median
from typing import NamedTuple

import psutil

from loadtests.watching import NEARLY_ALL

MANY = 3.0
"""So many times the users of the peak are too many."""

NEARLY = 0.95
LEAST_SECONDS = 5
SETTLING_S = 2.0


class Totals(NamedTuple):
    """Since the start of the run: requests, and seconds for which the generator and everybody else used a processor."""

    served: int
    refused: int = 0
    generator_s: float = 0.0
    others_s: float = 0.0

    @classmethod
    def of_generator(cls, *, served: int, refused: int) -> "Totals":
        """With the processor time of this program, which is the load generator, and of the rest of the machine."""
        generator_s, machine = time.process_time(), psutil.cpu_times()
        return cls(served, refused, generator_s, machine.user + machine.nice + machine.system - generator_s)


class Level(NamedTuple):
    """Requests a second, and processors in use: 1 is one of them, busy all the time."""

    served: float
    refused: float
    generator: float
    others: float

    def is_generators(self, processors: int) -> bool:
        """Whether the load generator had no more to give while the others were left some of the `processors`."""
        left = processors - self.generator - self.others
        return self.generator > NEARLY_ALL and left > 1 - NEARLY_ALL


class Throughput:
    """Looks, about once a second, at how many users there are and how much was served so far."""

    def __init__(self, processors: int | None = None) -> None:
        self._processors = processors or psutil.cpu_count() or 1
        self._seconds: dict[int, list[Level]] = defaultdict(list)
        self._users = 0
        self._since = 0.0
        self._last: tuple[float, Totals] | None = None

    def look(self, second: float, *, users: int, totals: Totals) -> None:
        """What is served while the number of users changes does not count."""
        if users != self._users:
            self._users, self._since = users, second
        elif self._last is not None and second - self._since > SETTLING_S:
            before, known = self._last
            rates = ((now - then) / (second - before) for now, then in zip(totals, known, strict=True))
            self._seconds[users].append(Level(*rates))
        self._last = (second, totals)

    def levels(self) -> dict[int, Level]:
        """The medians of its seconds, for each number of users that stayed for a while."""
        return {
            users: Level(*map(median, zip(*seconds, strict=True)))
            for users, seconds in sorted(self._seconds.items())
            if len(seconds) >= LEAST_SECONDS
        }

    def held_share(self) -> float | None:
        """The least throughput with MANY times the users that saturate the server, over the peak.

        Fewest users that serve nearly as much as the peak saturate it: past them the curve is flat, and where on it the
        highest second lies is chance. None where there is no step with so many, or where the load generator is what was
        saturated.
        """
        levels = self.levels()
        if not levels:
            return None
        peak = max(level.served for level in levels.values())
        saturating = min(users for users, level in levels.items() if level.served >= NEARLY * peak)
        beyond = [level.served for users, level in levels.items() if users >= MANY * saturating]
        if not beyond or levels[saturating].is_generators(self._processors):
            return None
        return min(beyond) / peak

    def table(self) -> str:
        """Markdown, one row a number of users."""
        levels = self.levels()
        peak = max((level.served for level in levels.values()), default=0.0) or 1.0
        rows = [
            f"| {users} | {level.served:,.0f} | {level.served / peak:.0%} | {level.refused:,.0f}"
            f" | {level.generator:.2f} | {level.others:.2f} |"
            for users, level in levels.items()
        ]
        head = "| users | served/s | of the peak | refused/s | processors: load generator | all others |"
        return "\n".join([head, "| ---: | ---: | ---: | ---: | ---: | ---: |", *rows])
