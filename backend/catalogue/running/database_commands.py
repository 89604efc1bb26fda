"""`catalogue migrate` and `catalogue psql`."""

import subprocess

import click

from catalogue.db.urls import driver_url
from catalogue.embedded.binaries import postgres_program
from catalogue.running.databases import command_database
from catalogue.running.databases import migrate as migrate_database
from catalogue.settings import load_settings


@click.command("migrate")
def migrate() -> None:
    """Bring the database's schema up to date."""
    with command_database(load_settings()) as url:
        changed = migrate_database(url)
    click.echo("The schema was brought up to date." if changed else "The schema is up to date.")


@click.command("psql", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def psql(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Open a SQL shell on the database; ARGUMENTS go to psql."""
    with command_database(load_settings()) as url:
        command = [str(postgres_program("psql")), driver_url(url), *arguments]
        exit_code = subprocess.run(command, check=False).returncode  # noqa: S603 - the operator's own arguments
    context.exit(exit_code)
