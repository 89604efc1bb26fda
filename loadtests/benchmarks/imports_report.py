"""The table of imports and exports, with the goals beside the figures."""

from pathlib import Path

from loadtests.benchmarks.imports import ImportFigures

IMPORT_GOAL, EXPORT_GOAL = 30_000, 50_000
GROWTH_GOAL_BYTES = 100 * 1024 * 1024
READS_GOAL = 2.0
_MEGABYTE = 1024 * 1024


def imports_markdown(figures: ImportFigures) -> str:
    """Rates with their ratio to a bare COPY of the same run, memory, and the p99 of reads."""
    rates = figures.rates
    lines = [
        f"Imports and exports of {figures.rows:,} rows",
        "",
        "| what | rows/s | of a bare COPY |",
        "| --- | ---: | ---: |",
    ]
    for name, rate in rates.items():
        bare = rates["bare COPY TO STDOUT" if "export" in name else "bare COPY into the full table"]
        ratio = "" if name.startswith("bare") else f"{rate / bare:.2f}"
        lines.append(f"| {name} | {rate:,.0f} | {ratio} |")
    lines += ["", "| memory at its largest, above the start | MB |", "| --- | ---: |"]
    lines += [f"| {name} | {growth / _MEGABYTE:.0f} |" for name, growth in figures.growth_bytes.items()]
    lines += ["", "| reads | p99, ms |", "| --- | ---: |"]
    lines += [f"| {name} | {p99:.1f} |" for name, p99 in figures.reads.items()]
    return "\n".join([*lines, "", *imports_missed(figures)])


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


def write_imports(figures: ImportFigures, reports: Path) -> None:
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "imports.md").write_text(imports_markdown(figures) + "\n")
