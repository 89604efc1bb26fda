"""`python -m loadtests.faults [NAME …]`: what becomes of the service when something fails. The exit code tells.

Everything is real and its own: PostgreSQL, Redis and the server process, on a database that is kept between runs.
"""

import sys
from collections.abc import Awaitable, Callable, Sequence

import click
import uvloop

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.faults import clients, postgres, redis
from loadtests.faults.overload import overload
from loadtests.faults.place import Place, place
from loadtests.writing.report import Finding, table

Scenario = Callable[[Place], Awaitable[Sequence[Finding]]]
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
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SCENARIOS)))
def main(names: Sequence[str]) -> None:
    """Run the named scenarios, or all of them."""
    findings: list[Finding] = []
    try:
        with StopSignals():
            for name in names or SCENARIOS:
                with place(RATE_LIMITS="false") as there:
                    findings += uvloop.run(_run(SCENARIOS[name], there))
                click.echo(f"ran {name}", err=True)
    except (OperatorError, EmbeddedServerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    click.echo(f"\n{table(findings)}")
    sys.exit(0 if all(finding.reached for finding in findings) else 1)


async def _run(scenario: Scenario, there: Place) -> Sequence[Finding]:
    return await scenario(there)


if __name__ == "__main__":
    main()
