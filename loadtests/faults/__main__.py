"""`python -m loadtests.faults [NAME …]`: what becomes of the service when something fails. The exit code tells.

Everything is real and its own: PostgreSQL, Redis and the server process, on a database that is kept between runs.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import click
import uvloop

from loadtests.campaign import explained, played, told
from loadtests.faults import clients, postgres, redis
from loadtests.faults.overload import overload
from loadtests.faults.place import Place, place
from loadtests.processors import apart
from loadtests.writing.report import Finding

Scenario = Callable[[Place], Coroutine[Any, Any, Sequence[Finding]]]
OVERLOAD_S = 60
SCENARIOS: dict[str, Scenario] = {
    "overload": lambda there: overload(there, seconds=OVERLOAD_S),
    "half-open": lambda there: clients.half_open(there, count=1_000),
    "aborted": lambda there: clients.aborted(there, count=5_000),
    "redis-down": redis.stopped,
    "redis-frozen": redis.frozen,
    "redis-wiped": redis.wiped,
    "postgres": postgres.killed,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)))
def main(names: Sequence[str]) -> None:
    """Run the named scenarios, or all of them."""
    with explained():
        findings = played(names or SCENARIOS, _play)
    told(findings)


def _play(name: str) -> Sequence[Finding]:
    with apart(wanted=name == "overload") as move, place(RATE_LIMITS="false") as there:
        move()
        return uvloop.run(SCENARIOS[name](there))


if __name__ == "__main__":
    main()
