"""`/orders`: the list, the record with all that belongs to it, statistics, the export and the writes."""

import hashlib

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.reading import Reader
from catalogue.db.statements import Statement
from catalogue.db.writing import Writes
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.convertors import NUMBER_PATH
from catalogue.edge.json_body import parse_body, read_body
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.errors import NotFound
from catalogue.listing.exporting_response import Exports
from catalogue.listing.openapi import (
    export_documentation,
    filter_parameters,
    json_response,
    list_documentation,
    record_documentation,
    reference,
)
from catalogue.listing.request import parse_filters
from catalogue.listing.serving import JSON, Identity, Lists
from catalogue.orders import service
from catalogue.orders.listing import ORDERS
from catalogue.orders.openapi import order_documentation
from catalogue.orders.queries import DETAIL
from catalogue.orders.schemas import SERVER_OWNED, OrderBody, OrderChanges
from catalogue.orders.statistics import order_statistics
from catalogue.writing.answers import Written
from catalogue.writing.bodies import checked, given, whole
from catalogue.writing.queries import Origin
from catalogue.writing.records import Target
from catalogue.writing.routes import PATCH_TYPES, record_key
from catalogue.writing.serving import allowed_versions, respond

router = APIRouter(prefix=f"{API_PREFIX}/orders", tags=["orders"])


@router.get("", openapi_extra=list_documentation(ORDERS))
async def list_orders(request: Request, lists: Lists) -> Response:
    """Any page of the orders, by filter, sort and position."""
    return await lists.respond(ORDERS, request.scope)


@router.get(
    "/stats",
    openapi_extra={
        "parameters": filter_parameters(ORDERS),
        "responses": {"200": json_response("statistics", reference("OrderStats"))},
    },
)
async def order_stats(request: Request, reader: Reader, lists: Lists) -> Response:
    """Counts and sums of the orders that match the filters."""
    asked = await lists.looked_up(parse_filters(ORDERS, request.scope["query_string"]))
    return Response(await order_statistics(reader, lists.facets, asked), media_type=JSON)


@router.get("/export", openapi_extra=export_documentation(ORDERS))
async def export_orders(request: Request, exports: Exports) -> Response:
    """All orders that match, streamed; same filters and sort as the list, and `format`."""
    return exports.respond(ORDERS, request.scope)


@router.get(NUMBER_PATH, dependencies=NO_PARAMETERS, openapi_extra=record_documentation("OrderDetail"))
async def read_order(identity: Identity, reader: Reader) -> Response:
    """One order with its lines, terminal, drivers, vehicles and documents."""
    return await _record(reader, DETAIL, {"order_id": identity})


@router.post(
    "",
    status_code=201,
    response_class=Response,
    dependencies=NO_PARAMETERS,
    openapi_extra=order_documentation("create"),
)
async def create_order(request: Request, writer: Writes) -> Response:
    """Order products: names and prices are copied, the total is added up, the status is draft."""
    raw = await read_body(request)
    body = checked(OrderBody, await parse_body(raw), server_owned=SERVER_OWNED | {"status"})

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await service.create_order(connection, whole(body), origin)

    return await respond(request, writer, work, digest=hashlib.sha256(raw).digest())


@router.patch(
    NUMBER_PATH,
    response_class=Response,
    dependencies=NO_PARAMETERS,
    openapi_extra=order_documentation("change"),
)
async def change_order(request: Request, writer: Writes) -> Response:
    """Change fields, replace the lines of a draft, or move to another status: confirming takes stock,
    cancelling gives it back.
    """
    parsed = await parse_body(await read_body(request, media_types=PATCH_TYPES))
    body = checked(OrderChanges, parsed, server_owned=SERVER_OWNED)
    target = Target(record_key(request), allowed_versions(request))

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await service.change_order(connection, target, given(body), origin)

    return await respond(request, writer, work)


@router.delete(
    NUMBER_PATH,
    status_code=204,
    response_class=Response,
    dependencies=NO_PARAMETERS,
    openapi_extra=order_documentation("delete"),
)
async def delete_order(request: Request, writer: Writes) -> Response:
    """Delete a draft or a cancelled order, with its lines and documents."""
    target = Target(record_key(request), allowed_versions(request))

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await service.delete_order(connection, target, origin)

    return await respond(request, writer, work)


async def _record(reader: Reader, statement: Statement, values: dict[str, object]) -> Response:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    revised = f".{row['revised']}" if row["revised"] else ""
    return Response(row["record"], media_type=JSON, headers={"ETag": f'"{row["version"]}{revised}"'})
