"""`catalogue key` and `catalogue user`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.callers import store
from catalogue.callers.scopes import ROLES, SCOPES
from catalogue.db.engines import migration_engine
from catalogue.db.failures import CONNECTION_FAILURES, translate
from catalogue.errors import CatalogueError
from catalogue.running.databases import command_database
from catalogue.running.errors import OperatorError
from catalogue.settings import load_settings

Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]
_ROLE = click.Choice(list(ROLES))
_PASSWORD = click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="CATALOGUE_PASSWORD"
)


@click.group("key")
def key() -> None:
    """API keys: make, list and revoke."""


@key.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--role", type=_ROLE, help="Instead of scopes: all those of a role.")
@click.option("--days", type=click.IntRange(1, 3_650), help="Expires after so many days.")
def create_key(name: str, scopes: tuple[str, ...], role: str | None, days: int | None) -> None:
    """Make a key called NAME. It is shown once, now."""
    if bool(scopes) == bool(role):
        raise click.UsageError("Give --scope, once or more, or --role.")
    granted = scopes or sorted(ROLES[role or ""])
    made = _run(lambda connection: store.add_key(connection, name=name, scopes=granted, days=days))
    click.echo(f"{made.text}")
    click.echo(f"Keep it now: it is not shown again. Its name in lists and logs: {made.prefix}", err=True)


@key.command("list")
def list_keys() -> None:
    """Show every key: never its secret."""
    for row in _run(store.all_keys):
        used = f"{row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "never"
        click.echo(f"{row.prefix}  {row.name}  [{' '.join(row.scopes)}]  {_state(row)}, last used: {used}")


def _state(row: Row[Any]) -> str:
    if row.revoked_at:
        return "revoked"
    if row.expires_at is None:
        return "valid"
    verb = "expires" if row.expires_at > datetime.now(UTC) else "expired"
    return f"{verb} {row.expires_at:%Y-%m-%d}"


@key.command("revoke")
@click.argument("prefix")
def revoke_key(prefix: str) -> None:
    """End the key with this PREFIX (the eight letters of the list); in force within seconds."""
    _run(lambda connection: store.revoke_key(connection, prefix))
    click.echo(f"Revoked {prefix}.")


@click.group("user")
def user() -> None:
    """People who log in with a password."""


@user.command("create")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True)
@_PASSWORD
def create_user(name: str, role: str, password: str) -> None:
    """Add a user called NAME."""
    _run(lambda connection: store.add_user(connection, name=name, password=password, role=role))
    click.echo(f"Added {name}, {role}.")


@user.command("list")
def list_users() -> None:
    """Show every user with their role."""
    for row in _run(store.all_users):
        click.echo(f"{row.name}  {row.role}  {'disabled' if row.disabled_at else 'active'}")


@user.command("disable")
@click.argument("name")
def disable_user(name: str) -> None:
    """Shut NAME out, and end what they are logged in with; in force within seconds."""
    _run(lambda connection: store.disable_user(connection, name))
    click.echo(f"Disabled {name}.")


@user.command("password")
@click.argument("name")
@_PASSWORD
def change_password(name: str, password: str) -> None:
    """Give NAME another password, and end what they are logged in with."""
    _run(lambda connection: store.change_password(connection, name=name, password=password))
    click.echo(f"Changed the password of {name}.")


@user.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
def change_role(name: str, role: str) -> None:
    """Give NAME another ROLE; in force within seconds."""
    _run(lambda connection: store.change_role(connection, name=name, role=role))
    click.echo(f"{name} is {role} now.")


def _run(work: Work[Result]) -> Result:
    with command_database(load_settings()) as url:
        try:
            return asyncio.run(_in_transaction(url, work))
        except CatalogueError as error:
            raise OperatorError(f"{error.detail}.") from error


async def _in_transaction(url: str, work: Work[Result]) -> Result:
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            return await work(connection)
    except (SQLAlchemyError, *CONNECTION_FAILURES) as error:
        raise translate(error) from error
    finally:
        await engine.dispose()
