"""Creating, changing and deleting one declared record inside a transaction. Nothing here knows HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.edge.addresses import API_PREFIX
from catalogue.errors import FieldError, InUse, NotFound, PreconditionFailed
from catalogue.writing.answers import Written
from catalogue.writing.declaration import Resource
from catalogue.writing.queries import (
    Origin,
    delete_statement,
    insert_statement,
    record_statement,
    update_statement,
    uses_statement,
    version_statement,
)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The record that an address names, and the versions `If-Match` allows (None: any)."""

    key: object
    versions: list[int] | None

    @property
    def guarded(self) -> bool:
        return self.versions is not None

    def bound(self) -> dict[str, object]:
        return {"key": self.key} | ({"versions": self.versions} if self.guarded else {})


async def create(connection: AsyncConnection, resource: Resource, values: Values, origin: Origin) -> Written:
    """Add a record. Raises what the guard raises; the database refuses the rest."""
    if resource.guard is not None:
        await resource.guard(connection, None, values)
    statement = insert_statement(resource, tuple(values))
    row = (await connection.execute(statement, {**_bound(values), **origin.values()})).one()
    return _written(resource, row, status=201)


async def change(
    connection: AsyncConnection, resource: Resource, target: Target, values: Values, origin: Origin
) -> Written:
    """Set `values` of a record. Raises NotFound, PreconditionFailed, or what the guard raises."""
    if resource.guard is not None:
        await resource.guard(connection, target.key, values)
    bound = {**target.bound(), **_bound(values)}
    if values:
        statement = update_statement(resource, tuple(values), guarded=target.guarded)
        bound |= origin.values()
    else:
        statement = record_statement(resource, guarded=target.guarded)
    row = (await connection.execute(statement, bound)).one_or_none()
    if row is None:
        raise await _refusal(connection, resource, target.key)
    return _written(resource, row, status=200)


async def remove(connection: AsyncConnection, resource: Resource, target: Target, origin: Origin) -> Written:
    """Delete a record. Raises NotFound, PreconditionFailed or InUse."""
    statement = delete_statement(resource, guarded=target.guarded)
    try:
        gone = await connection.execute(statement, {**target.bound(), **origin.values()})
    except IntegrityError as error:
        raise InUse(f"this {resource.name} is in use") from error
    if gone.one_or_none() is None:
        raise await _refusal(connection, resource, target.key)
    return Written(204)


async def uses(connection: AsyncConnection, resource: Resource, key: object) -> InUse:
    """The error that says by what, and how many, the record `key` is used."""
    counted = (await connection.execute(uses_statement(resource), {"key": key})).mappings().one()
    used = {table: count for table, count in counted.items() if count}
    named = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in used.items())
    return InUse(
        f"this {resource.name} is used by {named}",
        errors=tuple(FieldError(table, "in_use", f"{count} refer to it") for table, count in used.items()),
    )


async def _refusal(
    connection: AsyncConnection, resource: Resource, key: object
) -> NotFound | PreconditionFailed:
    row = (await connection.execute(version_statement(resource), {"key": key})).one_or_none()
    if row is None:
        return NotFound(f"there is no {resource.name} with this {resource.key}")
    return PreconditionFailed(row.version)


def _bound(values: Values) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _written(resource: Resource, row: Row[*tuple[Any, ...]], *, status: int) -> Written:
    body, version, key = row
    location = f"{API_PREFIX}{resource.address}/{quote(str(key))}" if status == 201 else None
    return Written(status, body.encode(), version, location)
