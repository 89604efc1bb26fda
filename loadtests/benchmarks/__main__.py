"""`python -m loadtests.benchmarks [limits] [server] [miss] [hit] [tutorial] [growth] [imports]`: measure, print one table, exit with 1 when a goal is missed.

Runs all when none is named. Settings are in `loadtests/benchmarks/settings.py`.
"""

import sys
from collections.abc import Sequence

import click

from catalogue.embedded import EmbeddedServerError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.benchmarks.contestants import ContestantError
from loadtests.benchmarks.growth import measure_growth
from loadtests.benchmarks.growth_plot import plot_growth
from loadtests.benchmarks.growth_report import any_missed, growth_markdown, write_growth
from loadtests.benchmarks.hit import compare_hits
from loadtests.benchmarks.imports import measure_imports
from loadtests.benchmarks.imports_report import imports_markdown, imports_missed, write_imports
from loadtests.benchmarks.limits import measure_limits
from loadtests.benchmarks.load import WrongAnswerError
from loadtests.benchmarks.miss import compare_misses
from loadtests.benchmarks.report import Comparison, markdown, write_reports
from loadtests.benchmarks.server import compare_servers
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.benchmarks.tutorial import compare_with_tutorial
from loadtests.databases import seeded_databases

_BENCHMARKS = {
    "limits": measure_limits,
    "server": compare_servers,
    "miss": compare_misses,
    "hit": compare_hits,
    "tutorial": compare_with_tutorial,
}
_GROWTH, _IMPORTS = "growth", "imports"
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted([*_BENCHMARKS, _GROWTH, _IMPORTS])))
def main(names: Sequence[str]) -> None:
    """Compare servers, uncached lists with the least that could serve them, and small tables with large ones."""
    settings = BenchmarkSettings()
    names = names or (*_BENCHMARKS, _GROWTH, _IMPORTS)
    try:
        with StopSignals():
            comparisons = measure([name for name in names if name in _BENCHMARKS], settings)
            runs = measure_growth(settings.sizes()) if _GROWTH in names else []
            moved = measure_imports(settings.import_rows, seconds=5) if _IMPORTS in names else None
    except (ContestantError, EmbeddedServerError, WrongAnswerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    if comparisons:
        written = write_reports(comparisons, settings.reports)
        click.echo(f"\n{markdown(comparisons)}\n\nWritten: {written}")
    if runs:
        write_growth(runs, settings.reports)
        plot_growth(runs, settings.plot)
        click.echo(f"\n{growth_markdown(runs)}")
    if moved:
        write_imports(moved, settings.reports)
        click.echo(f"\n{imports_markdown(moved)}")
    failed = any(comparison.missed for comparison in comparisons) or any_missed(runs)
    sys.exit(1 if failed or (moved and imports_missed(moved)) else 0)


def measure(names: Sequence[str], settings: BenchmarkSettings) -> list[Comparison]:
    """Run the named benchmarks one after the other on one seeded database."""
    comparisons: list[Comparison] = []
    if not names:
        return comparisons
    with seeded_databases(products=settings.products, orders=settings.orders) as environment:
        for name in names:
            for comparison in _BENCHMARKS[name](environment, settings):
                click.echo(f"measured {comparison.title}", err=True)
                comparisons.append(comparison)
    return comparisons


if __name__ == "__main__":
    main()
