"""`python -m loadtests.benchmarks [server] [miss]`: measure, print one table, exit with 1 when a goal is missed.

Runs all when none is named. Settings are in `loadtests/benchmarks/settings.py`.
"""

import sys
from collections.abc import Sequence

import click

from catalogue.embedded import EmbeddedServerError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.benchmarks.contestants import ContestantError
from loadtests.benchmarks.load import WrongAnswerError
from loadtests.benchmarks.miss import compare_misses
from loadtests.benchmarks.report import Comparison, markdown, write_reports
from loadtests.benchmarks.server import compare_servers
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.databases import seeded_databases

_BENCHMARKS = {"server": compare_servers, "miss": compare_misses}
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(_BENCHMARKS)))
def main(names: Sequence[str]) -> None:
    """Compare servers, and uncached lists with the least that could serve them."""
    settings = BenchmarkSettings()
    try:
        with StopSignals():
            comparisons = measure(names or tuple(_BENCHMARKS), settings)
    except (ContestantError, EmbeddedServerError, WrongAnswerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    written = write_reports(comparisons, settings.reports)
    click.echo(f"\n{markdown(comparisons)}\n\nWritten: {written}")
    sys.exit(1 if any(comparison.missed for comparison in comparisons) else 0)


def measure(names: Sequence[str], settings: BenchmarkSettings) -> list[Comparison]:
    """Run the named benchmarks one after the other on one seeded database."""
    comparisons = []
    with seeded_databases(products=settings.products, orders=settings.orders) as environment:
        for name in names:
            for comparison in _BENCHMARKS[name](environment, settings):
                click.echo(f"measured {comparison.title}", err=True)
                comparisons.append(comparison)
    return comparisons


if __name__ == "__main__":
    main()
