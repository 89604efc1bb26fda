"""`python -m loadtests.hostile`: every hostile value in every parameter and body; prints faults and the worst stall.

Exits with 1 when an answer was 500 or above, or the event loop stood still for longer than `GOAL_MS`.
"""

import asyncio
import gc
import os
import sys

from catalogue.app import create_app
from loadtests.databases import seeded_databases
from loadtests.hostile.asking import Outcome, ask_all
from loadtests.hostile.cases import cases
from loadtests.keys import ADMIN_KEY
from loadtests.writing.serving import copied_database

GOAL_MS = 100.0
_SHOWN = 10


def main() -> None:
    with (
        seeded_databases(products=2_000, orders=1_000) as environment,
        # What is deleted here others refer to.
        copied_database(environment["DATABASE_URL"]) as url,
    ):
        own = {"DATABASE_URL": url, "RATE_LIMITS": "off", "LOG_REQUESTS": "false"}
        os.environ.update({**environment, **own})
        outcome = asyncio.run(_ask())
    _report(outcome)
    sys.exit(bool(outcome.faults) or outcome.worst_ms > GOAL_MS)


async def _ask() -> Outcome:
    application = create_app()
    asked = list(cases(application.openapi(), everything=True))
    async with application.router.lifespan_context(application):
        await asyncio.sleep(2)  # statements are compiled ahead beside what runs
        gc.freeze()
        return await ask_all(application, asked, key=ADMIN_KEY, above_ms=GOAL_MS / 5)


def _report(outcome: Outcome) -> None:
    answers = ", ".join(f"{count} times {status}" for status, count in sorted(outcome.statuses.items()))
    print(f"{outcome.statuses.total()} hostile requests: {answers}")
    print(f"answers of 500 and above: {len(outcome.faults)} (goal 0)")
    print(f"longest stall of the event loop: {outcome.worst_ms:.0f} ms (goal {GOAL_MS:.0f})")
    print(f"longest work of the event loop without a pause: {outcome.busy_ms:.0f} ms")
    for fault in outcome.faults[:_SHOWN]:
        print(f"  {fault}")
    for stall, name in sorted(outcome.stalls, reverse=True)[:_SHOWN]:
        print(f"  {stall:.0f} ms: {name}")


if __name__ == "__main__":
    main()
