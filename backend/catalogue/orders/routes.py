"""`/orders`: the list, the record with all that belongs to it, statistics and the export."""

from fastapi import APIRouter, Request, Response

from catalogue.db.reading import Reader
from catalogue.db.statements import Statement
from catalogue.edge.addresses import API_PREFIX
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
from catalogue.orders.listing import ORDERS
from catalogue.orders.queries import DETAIL
from catalogue.orders.statistics import order_statistics

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
    asked = parse_filters(ORDERS, request.scope["query_string"])
    return Response(await order_statistics(reader, lists.facets, asked), media_type=JSON)


@router.get("/export", openapi_extra=export_documentation(ORDERS))
async def export_orders(request: Request, exports: Exports) -> Response:
    """All orders that match, streamed; same filters and sort as the list, and `format`."""
    return exports.respond(ORDERS, request.scope)


@router.get("/{identity}", openapi_extra=record_documentation("OrderDetail"))
async def read_order(identity: Identity, reader: Reader) -> Response:
    """One order with its lines, terminal, drivers, vehicles and documents."""
    return await _record(reader, DETAIL, {"order_id": identity})


async def _record(reader: Reader, statement: Statement, values: dict[str, object]) -> Response:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    return Response(row[0], media_type=JSON)
