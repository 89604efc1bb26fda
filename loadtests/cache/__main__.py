"""`python -m loadtests.cache [NAME …]`: what the cache promises, on real server processes. The exit code tells.

Runs on a copy of the seeded database of the load tests; each scenario gets a fresh server.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click
import uvloop

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.cache import hot_key
from loadtests.databases import seeded_databases
from loadtests.settings import LoadTestSettings
from loadtests.writing.report import Finding, table
from loadtests.writing.serving import Served, serving

_STOPPED = 130


@dataclass(frozen=True, slots=True)
class Scenario:
    run: Callable[[Served], Awaitable[Sequence[Finding]]]
    workers: int = 4
    settings: Mapping[str, str] = field(default_factory=dict)


SCENARIOS: dict[str, Scenario] = {
    "invalidated": Scenario(hot_key.invalidated),
    "expired": Scenario(hot_key.expired, settings={"CACHE_LIST_S": str(hot_key.LIFE_S)}),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)))
def main(names: Sequence[str]) -> None:
    """Run the named scenarios, or all of them."""
    findings: list[Finding] = []
    settings = LoadTestSettings()
    try:
        with (
            StopSignals(),
            seeded_databases(products=settings.products, orders=settings.orders) as environment,
        ):
            for name in names or SCENARIOS:
                findings += _found(SCENARIOS[name], environment)
                click.echo(f"ran {name}", err=True)
    except (OperatorError, EmbeddedServerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    click.echo(f"\n{table(findings)}")
    sys.exit(0 if all(finding.reached for finding in findings) else 1)


def _found(scenario: Scenario, environment: Mapping[str, str]) -> Sequence[Finding]:
    async def run(served: Served) -> Sequence[Finding]:
        return await scenario.run(served)

    with serving({**environment, **scenario.settings}, workers=scenario.workers) as served:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(run(served))


if __name__ == "__main__":
    main()
