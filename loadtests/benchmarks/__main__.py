"""`python -m loadtests.benchmarks [hit] [gate] [miss] [reads] [writes] [workers] [tutorial] [imports] [growth] [server] [variants]`: measure, print one table, exit with 1 when a goal is missed.

Runs all but the last two when none is named. Settings are in `loadtests/benchmarks/settings.py`.
"""

import os
import sys
from collections.abc import Mapping, Sequence

import click

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.benchmarks.contestants import ContestantError
from loadtests.benchmarks.gate import compare_gate
from loadtests.benchmarks.growth import measure_growth
from loadtests.benchmarks.growth_plot import plot_growth
from loadtests.benchmarks.growth_report import any_missed, growth_markdown, write_growth
from loadtests.benchmarks.hit import compare_hits
from loadtests.benchmarks.imports_report import compare_imports
from loadtests.benchmarks.load import WrongAnswerError
from loadtests.benchmarks.miss import compare_misses
from loadtests.benchmarks.reads import compare_reads
from loadtests.benchmarks.report import Part, markdown, measured_now, write_reports
from loadtests.benchmarks.server import compare_servers
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.benchmarks.tutorial import compare_with_tutorial
from loadtests.benchmarks.variants import compare_variants
from loadtests.benchmarks.workers import compare_workers
from loadtests.benchmarks.writes import compare_writes
from loadtests.databases import seeded_databases

_BENCHMARKS = {
    "hit": compare_hits,
    "gate": compare_gate,
    "miss": compare_misses,
    "reads": compare_reads,
    "writes": compare_writes,
    "workers": compare_workers,
    "tutorial": compare_with_tutorial,
    "imports": compare_imports,
    "server": compare_servers,
    "variants": compare_variants,
}
_GROWTH = "growth"
_ONLY_WHEN_NAMED = {"server", "variants"}
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted([*_BENCHMARKS, _GROWTH])))
def main(names: Sequence[str]) -> None:
    """Measure everything, or what is named, and hold it to its goals."""
    settings = BenchmarkSettings()
    names = names or [name for name in (*_BENCHMARKS, _GROWTH) if name not in _ONLY_WHEN_NAMED]
    try:
        with StopSignals():
            parts = measure([name for name in names if name in _BENCHMARKS], settings)
            runs = measure_growth(settings.sizes()) if _GROWTH in names else []
    except (ContestantError, EmbeddedServerError, OperatorError, WrongAnswerError) as error:
        raise click.ClickException(str(error)) from error
    except StopRequested:
        sys.exit(_STOPPED)
    if runs:
        write_growth(runs, settings.reports)
        plot_growth(runs, settings.plot)
        click.echo(f"\n{growth_markdown(runs)}")
    comparisons = [comparison for part in parts.values() for comparison in part.comparisons]
    if comparisons:
        click.echo(f"\n{markdown(comparisons)}\n\nWritten: {settings.reports}")
    sys.exit(1 if any(comparison.missed for comparison in comparisons) or any_missed(runs) else 0)


def measure(names: Sequence[str], settings: BenchmarkSettings) -> Mapping[str, Part]:
    """Run the named benchmarks one after the other on one seeded database; each is written down when it is over."""
    parts: dict[str, Part] = {}
    if not names:
        return parts
    with seeded_databases(products=settings.products, orders=settings.orders) as environment:
        for name in names:
            load_before = os.getloadavg()[0]
            comparisons = []
            for comparison in _BENCHMARKS[name](environment, settings):
                click.echo(f"measured {comparison.title}", err=True)
                comparisons.append(comparison)
            parts[name] = measured_now(comparisons, load_before=load_before)
            write_reports(parts, settings.reports)
    return parts


if __name__ == "__main__":
    main()
