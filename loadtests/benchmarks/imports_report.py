"""Imports and exports as comparisons with a bare COPY of the same run, what they did to memory and reads, and the goals."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from math import nan

import click
import orjson

from loadtests.benchmarks.imports import ImportFigures, measure_imports
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import Standing
from loadtests.benchmarks.settings import BenchmarkSettings

READ_SECONDS = 5
IMPORT_GOAL, EXPORT_GOAL = 30_000, 50_000
"""Rows a second."""

GROWTH_GOAL_BYTES = 100 * 1024 * 1024
READS_GOAL = 2.0
_MEGABYTE = 1024 * 1024
_COPY_IN, _COPY_OUT = "bare COPY into the full table", "bare COPY TO STDOUT"


def compare_imports(_: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """Two comparisons of rows a second, and one of reads beside an import (its ratio is of their p99, turned over).

    A database of their own is filled from nothing. What does not fit into the table is printed.
    """
    figures = measure_imports(settings.import_rows, seconds=READ_SECONDS)
    settings.reports.mkdir(parents=True, exist_ok=True)
    (settings.reports / "imports.json").write_bytes(orjson.dumps(asdict(figures), option=orjson.OPT_INDENT_2))
    click.echo("\n".join([f"\n{memory_table(figures)}", "", *imports_missed(figures)]))
    yield from comparisons(figures)


def comparisons(figures: ImportFigures) -> list[Comparison]:
    """Bare COPY is the measure of imports and exports, reads alone that of reads beside an import."""
    kinds = {"import, rows": (_COPY_IN, "import"), "export, rows": (_COPY_OUT, "export")}
    found = []
    for title, (bare, word) in kinds.items():
        ours = [name for name in figures.rates if word in name or (word == "import" and "again" in name)]
        standings = [
            _standing(name, figures.rates[name], figures.rates[name] / figures.rates[bare])
            for name in (bare, *ours)
        ]
        found.append(Comparison(f"{title} ({figures.rows:,})", standings))
    alone = figures.reads["alone"]
    reads = [_standing(name, nan, alone / p99, p99_ms=p99) for name, p99 in figures.reads.items()]
    reads[-1] = Standing(**{**asdict(reads[-1]), "goal": 1 / READS_GOAL})
    return [*found, Comparison("reads, p99 turned over", reads)]


def memory_table(figures: ImportFigures) -> str:
    """Markdown: by how much server and worker grew, at their largest."""
    head = ["| memory at its largest, above the start | MB |", "| --- | ---: |"]
    rows = [f"| {name} | {growth / _MEGABYTE:.0f} |" for name, growth in figures.growth_bytes.items()]
    return "\n".join([*head, *rows])


def imports_missed(figures: ImportFigures) -> list[str]:
    """One sentence for each goal that was not reached."""
    rates, missed = figures.rates, []
    if rates["import into an empty table"] < IMPORT_GOAL:
        missed.append(f"missed: an import of fewer than {IMPORT_GOAL:,} rows/s")
    if min(rates["export as csv"], rates["export as ndjson"]) < EXPORT_GOAL:
        missed.append(f"missed: an export of fewer than {EXPORT_GOAL:,} rows/s")
    if max(figures.growth_bytes.values()) > GROWTH_GOAL_BYTES:
        missed.append(f"missed: more than {GROWTH_GOAL_BYTES // _MEGABYTE} MB of memory")
    if figures.reads["beside an import"] > READS_GOAL * figures.reads["alone"]:
        missed.append(f"missed: reads of more than {READS_GOAL:g} times their p99 alone")
    return missed


def _standing(name: str, rate: float, ratio: float, *, p99_ms: float = nan) -> Standing:
    return Standing(name, rate, ratio, p50_ms=nan, p99_ms=p99_ms, cpu_us=nan)
