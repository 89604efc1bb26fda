"""`python -m loadtests.benchmarks.publish`: put the tables of the last run into docs/performance.md and docs/growth.md.

What stands there between `<!-- NAME -->` and `<!-- end of NAME -->` is replaced by `NAME.md` of the reports' folder.
"""

from pathlib import Path

import click

from loadtests.benchmarks.settings import BenchmarkSettings

DOCUMENTS = {
    "benchmarks": Path("docs/performance.md"),
    "growth-goals": Path("docs/growth.md"),
    "growth-requests": Path("docs/growth.md"),
    "growth-usual": Path("docs/growth.md"),
}


@click.command()
def main() -> None:
    """Publish what was measured last."""
    reports = BenchmarkSettings().reports
    for name, document in DOCUMENTS.items():
        table = reports / f"{name}.md"
        if table.exists():
            document.write_text(published(document.read_text(), name, table.read_text().strip()))
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
