"""`python -m loadtests.cache [NAME …]`: what the cache promises, on real server processes. The exit code tells.

Runs on a copy of the seeded database of the load tests; each scenario gets a fresh server.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click
import uvloop

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.cache import browsing, freshness, hot_key, hot_pages, redis_trouble
from loadtests.cache.stage import Stage
from loadtests.databases import seeded_databases
from loadtests.settings import LoadTestSettings
from loadtests.writing.report import Finding, table
from loadtests.writing.serving import serving

_STOPPED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Scenario:
    run: Callable[[Stage], Awaitable[Sequence[Finding]]]
    workers: int = 4
    settings: Mapping[str, str] = field(default_factory=dict)


SCENARIOS: dict[str, Scenario] = {
    "browsing": Scenario(browsing.browsing, workers=1),
    "categories": Scenario(hot_pages.categories),
    "expired": Scenario(hot_key.expired, settings={"CACHE_LIST_S": str(hot_key.LIFE_S)}),
    "freshness": Scenario(freshness.written),
    "frozen": Scenario(redis_trouble.frozen, workers=2),
    "invalidated": Scenario(hot_key.invalidated),
    "killed": Scenario(freshness.killed),
    "terminated": Scenario(freshness.terminated),
    "wiped": Scenario(redis_trouble.wiped),
    "wiped-shared": Scenario(redis_trouble.wiped, settings={"CACHE_LOCAL_MB": "0"}),
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
                found = _found(SCENARIOS[name], environment)
                click.echo(f"\n{name}\n\n{table(found)}")
                findings += found
    except (OperatorError, EmbeddedServerError) as error:
        raise click.ClickException(str(error)) from error
    except (StopRequested, asyncio.CancelledError):
        sys.exit(_STOPPED)
    sys.exit(0 if all(finding.reached for finding in findings) else 1)


def _found(scenario: Scenario, environment: Mapping[str, str]) -> Sequence[Finding]:
    previous = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        with (
            serving({**environment, **scenario.settings}, workers=scenario.workers) as served,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            return runner.run(_run(scenario, Stage(served, environment["REDIS_URL"], scenario.workers)))
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


async def _run(scenario: Scenario, stage: Stage) -> Sequence[Finding]:
    """Ended by a signal, which an event loop would otherwise take for a failure of whatever runs just then."""
    scene = asyncio.ensure_future(scenario.run(stage))
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, scene.cancel)
    return await scene


if __name__ == "__main__":
    main()
