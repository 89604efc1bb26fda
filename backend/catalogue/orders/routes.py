"""`/orders`: the list, the record with all that belongs to it, statistics, the writes and documents."""

import hashlib
from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.reading import Reader
from catalogue.db.statements import Statement
from catalogue.db.writing import Writes
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.convertors import NUMBER_PATH
from catalogue.edge.json_body import parse_body, read_body
from catalogue.errors import NotFound
from catalogue.listing.openapi import (
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
from catalogue.orders.queries import (
    DETAIL,
    DOCUMENT,
    DOCUMENT_FILE,
    DOCUMENT_TEXTS,
    DOCUMENTS,
)
from catalogue.orders.schemas import SERVER_OWNED, OrderBody, OrderChanges
from catalogue.orders.statistics import order_statistics
from catalogue.orders.storage import DocumentStorage
from catalogue.writing.answers import Written
from catalogue.writing.bodies import checked, given, whole
from catalogue.writing.queries import Origin
from catalogue.writing.records import Target
from catalogue.writing.routes import PATCH_TYPES, record_key
from catalogue.writing.serving import allowed_versions, respond

router = APIRouter(prefix=f"{API_PREFIX}/orders", tags=["orders"])


async def _storage(request: Request) -> DocumentStorage:
    storage: DocumentStorage = request.app.state.documents
    return storage


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


@router.get("/{identity}", openapi_extra=record_documentation("OrderDetail"))
async def read_order(identity: Identity, reader: Reader) -> Response:
    """One order with its lines, terminal, drivers, vehicles and documents."""
    return await _record(reader, DETAIL, {"order_id": identity})


@router.post("", status_code=201, response_class=Response, openapi_extra=order_documentation("create"))
async def create_order(request: Request, writer: Writes) -> Response:
    """Order products: names and prices are copied, the total is added up, the status is draft."""
    raw = await read_body(request)
    body = checked(OrderBody, await parse_body(raw), server_owned=SERVER_OWNED | {"status"})

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await service.create_order(connection, whole(body), origin)

    return await respond(request, writer, work, digest=hashlib.sha256(raw).digest())


@router.patch(NUMBER_PATH, response_class=Response, openapi_extra=order_documentation("change"))
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
    NUMBER_PATH, status_code=204, response_class=Response, openapi_extra=order_documentation("delete")
)
async def delete_order(request: Request, writer: Writes) -> Response:
    """Delete a draft or a cancelled order, with its lines and documents."""
    target = Target(record_key(request), allowed_versions(request))

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await service.delete_order(connection, target, origin)

    return await respond(request, writer, work)


@router.get("/{identity}/documents", openapi_extra=record_documentation("OrderDocumentPage"))
async def list_documents(identity: Identity, reader: Reader) -> Response:
    """The documents of an order."""
    return await _whole_list(reader, DOCUMENTS, {"order_id": identity})


@router.get("/{identity}/documents/{document}", openapi_extra=record_documentation("OrderDocument"))
async def read_document(identity: Identity, document: Identity, reader: Reader) -> Response:
    """What is known of one document."""
    return await _record(reader, DOCUMENT, {"order_id": identity, "document_id": document})


@router.get(
    "/{identity}/documents/{document}/content",
    openapi_extra={"responses": {"200": {"description": "the file", "content": {"*/*": {}}}}},
)
async def read_document_content(
    identity: Identity,
    document: Identity,
    reader: Reader,
    storage: Annotated[DocumentStorage, Depends(_storage)],
) -> Response:
    """The file itself, as an attachment."""
    row = await reader.row(DOCUMENT_FILE, {"order_id": identity, "document_id": document})
    if row is None:
        raise NotFound("there is no such document")
    return FileResponse(
        storage.path(row["storage_key"]),
        media_type=row["content_type"],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['file_name'], safe='')}",
            "Cache-Control": "private, no-store",
        },
    )


@router.get("/{identity}/documents/{document}/texts", openapi_extra=record_documentation("DocumentTextPage"))
async def list_document_texts(identity: Identity, document: Identity, reader: Reader) -> Response:
    """The text of each page, as it was taken from the file."""
    return await _whole_list(reader, DOCUMENT_TEXTS, {"order_id": identity, "document_id": document})


async def _record(reader: Reader, statement: Statement, values: dict[str, object]) -> Response:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    return Response(row[0], media_type=JSON, headers={"ETag": f'"{row["version"]}"'})


async def _whole_list(reader: Reader, statement: Statement, values: dict[str, object]) -> Response:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    envelope = {"total": row[1], "total_is": "exact", "offset": 0, "next": None, "prev": None}
    return Response(orjson.dumps({"items": orjson.Fragment(row[0]), **envelope}), media_type=JSON)
