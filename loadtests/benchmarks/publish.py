"""`python -m loadtests.benchmarks.publish`: put the tables of the last runs into docs/performance.md and docs/growth.md.

What stands there between `<!-- NAME -->` and `<!-- end of NAME -->` is replaced. `docs/benchmarks.json` keeps of each
benchmark the last run that was published, so that a table is whole though one part alone was measured again.
"""

from pathlib import Path

import click

from loadtests.benchmarks.report import FILE_NAME, newest, parts_markdown, read_parts, write_parts
from loadtests.benchmarks.settings import BenchmarkSettings

BENCHMARKS = "benchmarks"
KEPT = Path("docs") / FILE_NAME
DOCUMENTS = {
    BENCHMARKS: Path("docs/performance.md"),
    "growth-goals": Path("docs/growth.md"),
    "growth-requests": Path("docs/growth.md"),
    "growth-usual": Path("docs/growth.md"),
}


@click.command()
def main() -> None:
    """Publish what was measured last."""
    reports = BenchmarkSettings().reports
    parts = newest(read_parts(KEPT), read_parts(reports / FILE_NAME))
    if parts:
        write_parts(parts, KEPT)
    tables = {BENCHMARKS: parts_markdown(parts)} if parts else {}
    for name in DOCUMENTS.keys() - {BENCHMARKS}:
        if (file := reports / f"{name}.md").exists():
            tables[name] = file.read_text().strip()
    for name, table in tables.items():
        document = DOCUMENTS[name]
        document.write_text(published(document.read_text(), name, table))
        click.echo(f"{name} -> {document}")


def published(text: str, name: str, table: str) -> str:
    """The text with another table between its marks. Raises ValueError where there are none."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"there is no place for '{name}'")
    return f"{before}{begin}\n{table}\n{end}{after}"


if __name__ == "__main__":
    main()
