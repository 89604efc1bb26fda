"""Keeping keys and users, for the commands. Everything raises CatalogueError for what the database refuses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.callers import queries
from catalogue.callers.keys import NewKey, make_key
from catalogue.callers.passwords import hash_password
from catalogue.errors import Conflict, NotFound


async def add_key(
    connection: AsyncConnection, *, name: str, scopes: Sequence[str], days: int | None
) -> NewKey:
    """Make a key; its text is known only now."""
    key = make_key()
    kept = {"prefix": key.prefix, "digest": key.digest, "name": name, "scopes": list(scopes), "days": days}
    await connection.execute(queries.ADD_KEY, kept)
    return key


async def all_keys(connection: AsyncConnection) -> Sequence[Row[Any]]:
    return (await connection.execute(queries.ALL_KEYS)).all()


async def revoke_key(connection: AsyncConnection, prefix: str) -> None:
    """Raises NotFound."""
    revoked = await connection.execute(queries.REVOKE_KEY, {"prefix": prefix})
    if revoked.scalar_one_or_none() is None:
        raise NotFound(f"there is no key {prefix}")


async def add_user(connection: AsyncConnection, *, name: str, password: str, role: str) -> None:
    """Raises Conflict when the name is taken, and ValidationFailed for a short password."""
    kept = {"name": name.casefold(), "password_hash": hash_password(password), "role": role}
    if (await connection.execute(queries.ADD_USER, kept)).scalar_one_or_none() is None:
        raise Conflict(f"there is a user {name} already")


async def all_users(connection: AsyncConnection) -> Sequence[Row[Any]]:
    return (await connection.execute(queries.ALL_USERS)).all()


async def disable_user(connection: AsyncConnection, name: str) -> None:
    """Raises NotFound."""
    changed = await connection.execute(queries.DISABLE_USER, {"name": name.casefold()})
    await _close_logins(connection, changed.scalar_one_or_none(), name)


async def change_password(connection: AsyncConnection, *, name: str, password: str) -> None:
    """Ends all logins of the user as well. Raises NotFound or ValidationFailed."""
    kept = {"name": name.casefold(), "password_hash": hash_password(password)}
    changed = await connection.execute(queries.CHANGE_PASSWORD, kept)
    await _close_logins(connection, changed.scalar_one_or_none(), name)


async def change_role(connection: AsyncConnection, *, name: str, role: str) -> None:
    """Raises NotFound."""
    changed = await connection.execute(queries.CHANGE_ROLE, {"name": name.casefold(), "role": role})
    if changed.scalar_one_or_none() is None:
        raise NotFound(f"there is no user {name}")


async def _close_logins(connection: AsyncConnection, user_id: int | None, name: str) -> None:
    if user_id is None:
        raise NotFound(f"there is no user {name}")
    await connection.execute(queries.CLOSE_LOGINS_OF_USER, {"user_id": user_id})
