"""`python -m loadtests.writing [NAME …]`: writing under stress, on real server processes. The exit code tells.

Runs on a copy of the seeded database of the load tests; each scenario gets a fresh one.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

import click

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.databases import seeded_databases
from loadtests.settings import LoadTestSettings
from loadtests.writing.batches import batch
from loadtests.writing.report import Finding, table
from loadtests.writing.scenarios import buyers, crash, patches, same_key
from loadtests.writing.serving import Served, serving

Scenario = Callable[[Served], Awaitable[Sequence[Finding]]]
WORKERS = 2
SCENARIOS: dict[str, Scenario] = {
    "key": lambda served: same_key(served, clients=50, rounds=200),
    "buyers": lambda served: buyers(served, count=500, units=10, kills=2),
    "patches": lambda served: patches(served, count=100),
    "crash": lambda served: crash(served, count=200),
    "batch": lambda served: batch(served, operations=1_000, goal=20),
}
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)))
def main(names: Sequence[str]) -> None:
    """Run the named scenarios, or all of them."""
    settings = LoadTestSettings()
    findings: list[Finding] = []
    try:
        with (
            StopSignals(),
            seeded_databases(products=settings.products, orders=settings.orders) as environment,
        ):
            for name in names or SCENARIOS:
                with serving(environment, workers=WORKERS) as served:
                    findings += asyncio.run(_run(SCENARIOS[name], served))
                click.echo(f"ran {name}", err=True)
    except (OperatorError, EmbeddedServerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    click.echo(f"\n{table(findings)}")
    sys.exit(0 if all(finding.reached for finding in findings) else 1)


async def _run(scenario: Scenario, served: Served) -> Sequence[Finding]:
    return await scenario(served)


if __name__ == "__main__":
    main()
