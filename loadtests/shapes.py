"""Courses of a load test: how many people there are at which time, and who they are."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

ShapeName = Literal["smoke", "steady", "long", "steps", "spike", "cold", "soak"]
WARM_PACE = 5.0
PEOPLE = ("Shopper", "Reader", "Clerk", "Importer", "Hostile")


@dataclass(frozen=True, slots=True)
class Shape:
    """`users` at the most, over `seconds`.

    `course` holds (share of the seconds, share of the users) from (0, …) to (1, …); between two points the number
    changes evenly. `hurried` people make no pauses. Where the load generator stands `apart` it has a processor of its own,
    and the servers have the others. `counted_from` is the share of the seconds before which nothing counts. Until `warm_until` people are WARM_PACE times as fast, so that the caches fill sooner. At `flushed_at`
    all caches are emptied, and the seconds after that count alone.
    """

    users: int
    seconds: int
    course: tuple[tuple[float, float], ...]
    people: tuple[str, ...] = PEOPLE
    hurried: bool = False
    apart: bool = False
    counted_from: float = 0.0
    warm_until: float = 0.0
    flushed_at: float | None = None

    def users_at(self, second: float) -> int | None:
        """How many users there are at a second of the run; None when it is over."""
        share = second / self.seconds
        if share >= 1:
            return None
        for (start, first), (end, last) in pairwise(self.course):
            if share < end:
                return max(1, round(self.users * (first + (last - first) * (share - start) / (end - start))))
        return None


def _stairs(*heights: float, after: float, before: float) -> tuple[tuple[float, float], ...]:
    """Each height held until just before the next, all for the same time; `before` them, until `after`, another one."""
    width = (1 - after) / len(heights)
    edges = [(after + step * width, height) for step, height in enumerate(heights)]
    ends = [(start + 0.999 * width, height) for start, height in edges]
    stairs = (point for edge in zip(edges, ends, strict=True) for point in edge)
    return ((0.0, before), (0.999 * after, before), *stairs, (1.0, heights[-1]))


BROWSING = ("Shopper",)

SHAPES: dict[ShapeName, Shape] = {
    "smoke": Shape(users=20, seconds=20, course=((0, 0), (0.5, 1), (1, 1))),
    "steady": Shape(
        users=100,
        seconds=240,
        course=((0, 0), (0.1, 1), (1, 1)),
        people=BROWSING,
        counted_from=0.75,
        warm_until=0.7,
    ),
    "long": Shape(
        users=100,
        seconds=1_140,
        course=((0, 0), (0.02, 1), (1, 1)),
        people=BROWSING,
        counted_from=18 / 19,
        warm_until=0.93,
    ),
    "steps": Shape(
        users=288,
        seconds=220,
        course=_stairs(
            *(users / 288 for users in (3, 10, 32, 96, 288, 96, 32, 10, 3)), after=2 / 11, before=1 / 9
        ),
        people=("Stranger",),
        hurried=True,
        apart=True,
        counted_from=2 / 11,
    ),
    "spike": Shape(
        users=200, seconds=60, course=((0, 0.1), (0.4, 0.1), (0.42, 1), (0.6, 1), (0.62, 0.1), (1, 0.1))
    ),
    "cold": Shape(
        users=100,
        seconds=60,
        course=((0, 0), (0.2, 1), (1, 1)),
        people=BROWSING,
        warm_until=0.7,
        flushed_at=5 / 6,
    ),
    "soak": Shape(users=50, seconds=1_800, course=((0, 0), (0.02, 1), (1, 1)), counted_from=0.05),
}
"""smoke: all kinds of users for a moment. steady: people browse; the last minute counts. long: the same
after as much browsing as in an hour and a half. steps: more
and more who make no pauses but those they are told to make, up to saturation and far past it, and back, so that what changes with time is no matter of
their number. spike: ten times as many at once. cold: caches emptied under load; the ten seconds after that count.
soak: half an hour, in which memory and connections must stay flat."""
