"""`python -m loadtests.access`: how soon a way in is closed, and what times tell of what is there; prints a table.

Two workers and their caches, over the wire. Exits with 1 when a figure misses its goal.
"""

import asyncio
import sys

from loadtests.access.closing import seconds_until_closed
from loadtests.access.telling import ratio_of_logins, ratio_of_records
from loadtests.databases import seeded_databases
from loadtests.writing.serving import Served, serving

CLOSED_GOAL_S = 5.0
RATIO_GOAL = 1.25
_HIGH = {"RATE_LIMITS": "off"}


def main() -> None:
    with (
        seeded_databases(products=2_000, orders=1_000) as environment,
        serving({**environment, **_HIGH}, workers=2) as served,
    ):
        sys.exit(not asyncio.run(_measure(served)))


async def _measure(served: Served) -> bool:
    held = []
    for name, seconds in (await seconds_until_closed(served)).items():
        held.append(_shown(name, seconds, CLOSED_GOAL_S, "s"))
    for name, ratio in (await ratio_of_records(served)).items():
        held.append(_shown(name, ratio, RATIO_GOAL, "of the shortest"))
    for name, ratio in (await ratio_of_logins(served)).items():
        held.append(_shown(name, ratio, RATIO_GOAL, "of the shortest"))
    return all(held)


def _shown(name: str, figure: float, goal: float, unit: str) -> bool:
    print(f"{name:62} {figure:6.2f} {unit} (goal {goal:g})", flush=True)
    return figure <= goal


if __name__ == "__main__":
    main()
