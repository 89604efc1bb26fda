"""`POST`, `PUT`, `PATCH` and `DELETE` of a declared resource."""

import hashlib
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.writing import Writer, Writes
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.convertors import NUMBER_PATH
from catalogue.edge.json_body import JSON_TYPES, parse_body, read_body
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.errors import FieldError, InUse, ValidationFailed
from catalogue.listing.values import BadValue, integer, word
from catalogue.writing import records
from catalogue.writing.answers import Written
from catalogue.writing.bodies import checked, given, whole
from catalogue.writing.declaration import Resource
from catalogue.writing.openapi import resource_documentation
from catalogue.writing.queries import Origin
from catalogue.writing.serving import allowed_versions, respond

PATCH_TYPES = JSON_TYPES | {"application/merge-patch+json"}
_KEYS = {"id": (NUMBER_PATH, "identity", integer(1)), "slug": ("/{slug}", "slug", word(100))}
Handler = Callable[[Request, Writes], Awaitable[Response]]


def add_write_routes(router: APIRouter, resource: Resource) -> None:
    """Add the four calls at the resource's address."""
    path = resource.address.removeprefix(router.prefix.removeprefix(API_PREFIX))
    record = path + _KEYS[resource.key][0]
    calls: tuple[tuple[str, str, str, int, Handler], ...] = (
        ("create", "POST", path, 201, _creator(resource)),
        ("replace", "PUT", record, 200, _replacer(resource)),
        ("change", "PATCH", record, 200, _changer(resource)),
        ("delete", "DELETE", record, 204, _remover(resource)),
    )
    for verb, method, address, status, handler in calls:
        router.add_api_route(
            address,
            handler,
            methods=[method],
            status_code=status,
            dependencies=NO_PARAMETERS,
            name=f"{verb}_{resource.name}",
            response_class=Response,
            openapi_extra=resource_documentation(resource, verb),
        )


def record_key(request: Request, *, column: str = "id") -> object:
    """What the address names. Raises ValidationFailed when it is nothing that could be a key."""
    _, name, value = _KEYS[column]
    try:
        return value.parse(request.path_params[name])
    except BadValue as bad:
        raise ValidationFailed(FieldError(f"path.{name}", bad.code, bad.message)) from None


def _creator(resource: Resource) -> Handler:
    async def create(request: Request, writer: Writes) -> Response:
        raw = await read_body(request)
        body = checked(resource.body, await parse_body(raw), server_owned=resource.server_owned)

        async def work(connection: AsyncConnection, origin: Origin) -> Written:
            return await records.create(connection, resource, whole(body), origin)

        return await respond(request, writer, work, digest=hashlib.sha256(raw).digest())

    return create


def _replacer(resource: Resource) -> Handler:
    async def replace(request: Request, writer: Writes) -> Response:
        parsed = await parse_body(await read_body(request))
        body = checked(resource.body, parsed, server_owned=resource.server_owned)
        return await _change(request, writer, resource, whole(body))

    return replace


def _changer(resource: Resource) -> Handler:
    async def change(request: Request, writer: Writes) -> Response:
        parsed = await parse_body(await read_body(request, media_types=PATCH_TYPES))
        body = checked(resource.changes, parsed, server_owned=resource.server_owned)
        return await _change(request, writer, resource, given(body))

    return change


async def _change(request: Request, writer: Writer, resource: Resource, values: records.Values) -> Response:
    target = _target(request, resource)

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await records.change(connection, resource, target, values, origin)

    return await respond(request, writer, work)


def _remover(resource: Resource) -> Handler:
    async def delete(request: Request, writer: Writes) -> Response:
        target = _target(request, resource)

        async def work(connection: AsyncConnection, origin: Origin) -> Written:
            return await records.remove(connection, resource, target, origin)

        async def count(connection: AsyncConnection) -> InUse:
            return await records.uses(connection, resource, target.key)

        try:
            return await respond(request, writer, work)
        except InUse:
            raise await writer.transaction(count) from None

    return delete


def _target(request: Request, resource: Resource) -> records.Target:
    return records.Target(record_key(request, column=resource.key), allowed_versions(request))
