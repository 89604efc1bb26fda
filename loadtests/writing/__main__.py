"""`python -m loadtests.writing [NAME …]`: writing under stress, on real server processes. The exit code tells.

Runs on a copy of the seeded database of the load tests; each scenario gets a fresh one.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

import click

from loadtests.campaign import explained, played, told
from loadtests.databases import seeded_databases
from loadtests.settings import LoadTestSettings
from loadtests.writing.batches import batch
from loadtests.writing.report import Finding
from loadtests.writing.scenarios import buyers, crash, patches, same_key
from loadtests.writing.serving import Served, serving

Scenario = Callable[[Served], Coroutine[Any, Any, Sequence[Finding]]]
WORKERS = 2
SCENARIOS: dict[str, Scenario] = {
    "key": lambda served: same_key(served, clients=50, rounds=200),
    "buyers": lambda served: buyers(served, count=500, units=10, kills=2),
    "patches": lambda served: patches(served, count=100),
    "crash": lambda served: crash(served, count=200),
    "batch": lambda served: batch(served, operations=1_000, goal=20),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)))
def main(names: Sequence[str]) -> None:
    """Run the named scenarios, or all of them."""
    settings = LoadTestSettings()
    with (
        explained(),
        seeded_databases(products=settings.products, orders=settings.orders) as environment,
    ):
        findings = played(names or SCENARIOS, partial(_play, environment))
    told(findings)


def _play(environment: Mapping[str, str], name: str) -> Sequence[Finding]:
    with serving(environment, workers=WORKERS) as served:
        return asyncio.run(SCENARIOS[name](served))


if __name__ == "__main__":
    main()
