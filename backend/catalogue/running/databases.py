"""Finding a database to work on, and waiting until it answers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import click

from catalogue.db.migrating import upgrade
from catalogue.db.urls import driver_url
from catalogue.embedded.postgres import EmbeddedPostgres, running_postgres_url
from catalogue.running.addresses import host_of, require_readable
from catalogue.running.errors import OperatorError
from catalogue.running.explanations import explain_database
from catalogue.settings import Settings

OLDEST_POSTGRES = 15
_CONNECT_SECONDS = 5
_DEVELOPMENT_WAIT_SECONDS = 5
_WORTH_WAITING_FOR = (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)


@contextmanager
def command_database(settings: Settings) -> Iterator[str]:
    """The database a one-shot command works on.

    It is DATABASE_URL; or the embedded one that `catalogue run` has up; or the embedded one, up for the command.
    """
    directory = settings.server.data_dir / "postgres"
    url = settings.database.database_url or running_postgres_url(directory)
    if url:
        wait_for_database(url, seconds=patience(settings))
        yield url
        return
    with EmbeddedPostgres(directory) as postgres:
        yield postgres.url


def patience(settings: Settings) -> float:
    """How long to wait for PostgreSQL, seconds; at a developer's terminal not long, unless they asked for it."""
    database = settings.database
    if settings.server.environment == "development" and "startup_wait_s" not in database.model_fields_set:
        return min(database.startup_wait_s, _DEVELOPMENT_WAIT_SECONDS)
    return database.startup_wait_s


def wait_for_database(database_url: str, *, seconds: float) -> None:
    """Wait until PostgreSQL takes connections, trying again with growing pauses.

    Raises:
        OperatorError: It does not within `seconds`, or waiting cannot help (a wrong password, say).
    """
    try:
        _probe(database_url)
    except _WORTH_WAITING_FOR as error:
        if not seconds:
            raise OperatorError(explain_database(error, database_url)) from error
        click.echo(f"Waiting up to {seconds:.0f} s for PostgreSQL at {host_of(database_url)} ...", err=True)
        _keep_trying(database_url, first_error=error, seconds=seconds)


def migrate(database_url: str) -> bool:
    """Bring the schema up to date; True when something was to do.

    Raises:
        OperatorError: PostgreSQL refuses.
    """
    try:
        return upgrade(database_url)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise OperatorError(explain_database(error, database_url)) from error


def needs_seeding(database_url: str, *, products: int, orders: int) -> bool:
    """Whether products or orders are wanted and there is none at all."""
    wanted = [table for table, count in (("products", products), ("orders", orders)) if count]
    return asyncio.run(_any_empty(database_url, wanted))


def _keep_trying(database_url: str, *, first_error: BaseException, seconds: float) -> None:
    import stamina  # noqa: PLC0415 - wanted only where PostgreSQL is not there at once

    stamina.instrumentation.set_on_retry_hooks([])
    try:
        for attempt in stamina.retry_context(
            on=_WORTH_WAITING_FOR, attempts=None, timeout=seconds, wait_initial=0.1, wait_max=2.0
        ):
            with attempt:
                _probe(database_url)
    except _WORTH_WAITING_FOR as error:
        raise OperatorError(explain_database(error, database_url)) from first_error


def _probe(database_url: str) -> None:
    try:
        require_readable(database_url)
        version = asyncio.run(_server_version(database_url))
    except _WORTH_WAITING_FOR:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise OperatorError(explain_database(error, database_url)) from error
    if version < OLDEST_POSTGRES:
        raise OperatorError(
            f"PostgreSQL at {host_of(database_url)} is version {version}: "
            f"Catalogue needs {OLDEST_POSTGRES} or newer."
        )


async def _server_version(database_url: str) -> int:
    connection = await asyncpg.connect(driver_url(database_url), timeout=_CONNECT_SECONDS)
    try:
        return connection.get_server_version().major
    finally:
        await connection.close()


async def _any_empty(database_url: str, tables: list[str]) -> bool:
    connection = await asyncpg.connect(driver_url(database_url), timeout=_CONNECT_SECONDS)
    try:
        answers = [await connection.fetchval(f"SELECT NOT EXISTS (SELECT FROM {table})") for table in tables]  # noqa: S608 - our own names
        return any(answers)
    finally:
        await connection.close()
