"""`/orders`: the list, the record with all that belongs to it, statistics and documents."""

from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from catalogue.db.reading import Reader
from catalogue.db.statements import Statement
from catalogue.edge.addresses import API_PREFIX
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
from catalogue.orders.listing import ORDERS
from catalogue.orders.queries import (
    DETAIL,
    DOCUMENT,
    DOCUMENT_FILE,
    DOCUMENT_TEXTS,
    DOCUMENTS,
)
from catalogue.orders.statistics import order_statistics
from catalogue.orders.storage import DocumentStorage

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
    asked = await lists.looked_up(parse_filters(ORDERS, request.scope["query_string"]))
    return Response(await order_statistics(reader, lists.facets, asked), media_type=JSON)


@router.get("/{identity}", openapi_extra=record_documentation("OrderDetail"))
async def read_order(identity: Identity, reader: Reader) -> Response:
    """One order with its lines, terminal, drivers, vehicles and documents."""
    return await _record(reader, DETAIL, {"order_id": identity})


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
    return Response(row[0], media_type=JSON)


async def _whole_list(reader: Reader, statement: Statement, values: dict[str, object]) -> Response:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    envelope = {"total": row[1], "total_is": "exact", "offset": 0, "next": None, "prev": None}
    return Response(orjson.dumps({"items": orjson.Fragment(row[0]), **envelope}), media_type=JSON)
