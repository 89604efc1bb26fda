"""`catalogue import FILE`."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from catalogue.db.pools import open_connection
from catalogue.importing.errors import ImportFileError, Refusal
from catalogue.importing.loading import ImportOptions, ImportResult, OnErrorPolicy, import_products
from catalogue.importing.mapping import (
    DECIMAL_STYLES,
    FILE_FORMATS,
    DecimalStyle,
    FileFormat,
    Mapping,
    checked,
    read_mapping,
)
from catalogue.importing.report import RefusalReport, refusal_report
from catalogue.importing.source import Source, open_source
from catalogue.importing.writing import settle_products
from catalogue.running.databases import command_database, migrate
from catalogue.running.errors import OperatorError
from catalogue.settings import load_settings

_NAMED_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}


def _pairs(context: click.Context, option: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    """`field=text` options as a dictionary."""
    pairs = [text.partition("=") for text in texts]
    for name, sign, _ in pairs:
        if not name or not sign:
            raise click.BadParameter("write it as FIELD=TEXT", context, option)
    return {name.strip(): text for name, _, text in pairs}


def _delimiter(context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    character = _NAMED_DELIMITERS.get(text or "", text)
    if character is not None and len(character) != 1:
        raise click.BadParameter("give one character, or tab, comma, semicolon", context, option)
    return character


@click.command("import")
@click.argument("file")
@click.option(
    "--mapping", "mapping_file", type=click.Path(path_type=Path), help="Mapping kept in a TOML file."
)
@click.option(
    "--map", "columns", multiple=True, callback=_pairs, metavar="FIELD=COLUMN", help="Column of a field."
)
@click.option(
    "--set", "constants", multiple=True, callback=_pairs, metavar="FIELD=TEXT", help="One text for all rows."
)
@click.option(
    "--default",
    "defaults",
    multiple=True,
    callback=_pairs,
    metavar="FIELD=TEXT",
    help="Text for empty cells.",
)
@click.option("--decimal", type=click.Choice(DECIMAL_STYLES), help="What separates decimals [default: auto].")
@click.option("--create-categories", is_flag=True, default=None, help="Make categories that do not exist.")
@click.option("--create-brands", is_flag=True, default=None, help="Make brands that do not exist.")
@click.option("--format", "file_format", type=click.Choice(FILE_FORMATS), help="[default: by the first line]")
@click.option("--delimiter", callback=_delimiter, help="[default: by the header]")
@click.option("--encoding", help="[default: by the byte order mark, else UTF-8]")
@click.option(
    "--on-error", type=click.Choice(("reject_row", "reject_all")), default="reject_row", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the refused rows to this CSV file.")
def import_file(  # noqa: PLR0913 - one argument an option
    *,
    file: str,
    mapping_file: Path | None,
    columns: dict[str, str],
    constants: dict[str, str],
    defaults: dict[str, str],
    decimal: DecimalStyle | None,
    create_categories: bool | None,
    create_brands: bool | None,
    file_format: FileFormat | None,
    delimiter: str | None,
    encoding: str | None,
    on_error: OnErrorPolicy,
    dry_run: bool,
    report: Path | None,
) -> None:
    """Create and update products from FILE: CSV or NDJSON, also as .gz; - reads standard input.

    Products are recognised by their SKU. Rows that cannot be used are left out and counted (see --report).
    """
    try:
        mapping = checked(
            (read_mapping(mapping_file) if mapping_file else Mapping()).merged(
                columns=columns,
                constants=constants,
                defaults=defaults,
                decimal=decimal,
                create_categories=create_categories,
                create_brands=create_brands,
                format=file_format,
                delimiter=delimiter,
                encoding=encoding,
            )
        )
        result = _run(file, ImportOptions(mapping, on_error=on_error, dry_run=dry_run), report=report)
    except ImportFileError as error:
        raise OperatorError(str(error)) from error
    if result.failed and not result.applied and not dry_run:
        raise click.exceptions.Exit(1)


def _run(file: str, options: ImportOptions, *, report: Path | None) -> ImportResult:
    settings, began = load_settings(), perf_counter()
    with command_database(settings) as url:
        migrate(url)
        with (
            open_source(file, encoding=options.mapping.encoding) as source,
            refusal_report(report) as refused,
        ):
            observer = _Observer(refused)
            with observer.showing(source):
                result = asyncio.run(_import(url, source, options, observer))
    _tell(result, options, observer.codes, seconds=perf_counter() - began)
    return result


async def _import(url: str, source: Source, options: ImportOptions, observer: "_Observer") -> ImportResult:
    connection = await open_connection(url, name="catalogue-import")
    try:
        result = await import_products(connection, source, options, observer=observer)
        await settle_products(connection, (result.created + result.updated) if result.applied else 0)
        return result
    finally:
        connection.terminate()


class _Observer:
    """Shows how far the import is, counts the reasons of refusals and keeps the report."""

    def __init__(self, report: RefusalReport) -> None:
        self.codes: Counter[str] = Counter()
        self._report = report
        self._bar: tuple[Progress, TaskID, Source] | None = None

    @contextmanager
    def showing(self, source: Source) -> Iterator[None]:
        """Show a bar by bytes meanwhile, where stderr is a terminal."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            self._bar = (bar, bar.add_task("reading", total=source.size_bytes), source)
            yield

    async def rows_read(self, count: int, *, all_of_them: bool = False) -> None:  # noqa: ARG002 - the bar is at its end then
        if self._bar is not None:
            bar, task, source = self._bar
            bar.update(task, completed=source.counter.bytes_read, description=f"{count:,} rows")

    def refused(self, refusals: Sequence[Refusal]) -> None:
        self.codes.update({refusal.code for refusal in refusals})
        self._report.add(refusals)


def _tell(result: ImportResult, options: ImportOptions, codes: Counter[str], *, seconds: float) -> None:
    click.echo(
        f"read {result.read:,}  created {result.created:,}  updated {result.updated:,}  "
        f"unchanged {result.unchanged:,}  failed {result.failed:,}  in {seconds:.1f} s"
    )
    for code, rows in codes.most_common():
        click.echo(f"  {code}: {rows:,} rows")
    if options.dry_run:
        click.echo("Dry run: nothing was changed.")
    elif not result.applied:
        click.echo("Nothing was changed: rows were refused and --on-error is reject_all.")
