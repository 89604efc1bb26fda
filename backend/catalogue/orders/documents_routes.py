"""`/orders/{id}/documents`: kept, listed, read, downloaded and deleted."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.background import BackgroundTask

from catalogue.db.reading import Reader
from catalogue.db.statements import Statement
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.downloads import Download, download
from catalogue.edge.multipart import multipart_form
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.errors import NotFound, PreconditionFailed
from catalogue.listing.openapi import record_documentation
from catalogue.listing.serving import JSON, Identity
from catalogue.orders.documents import FIELDS, Shelf, shelve
from catalogue.orders.documents_checking import TEXT
from catalogue.orders.documents_openapi import ADD_DOCUMENT, DELETE_DOCUMENT, READ_CONTENT
from catalogue.orders.documents_queries import (
    DOCUMENT,
    DOCUMENT_FILE,
    DOCUMENT_TEXTS,
    DOCUMENTS,
    RECEIVING_ORDER,
    remove_document,
)
from catalogue.writing.answers import Written
from catalogue.writing.queries import Origin
from catalogue.writing.serving import allowed_versions, respond
from catalogue.writing.uploads import StoredForm, respond_with_file

router = APIRouter(prefix=f"{API_PREFIX}/orders/{{identity}}/documents", tags=["documents"])


async def _shelf(request: Request) -> Shelf:
    shelf: Shelf = request.app.state.documents
    return shelf


Documents = Annotated[Shelf, Depends(_shelf)]


@router.get("", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("OrderDocumentPage"))
async def list_documents(identity: Identity, reader: Reader) -> Response:
    """The documents of an order."""
    row = await _row(reader, DOCUMENTS, {"order_id": identity})
    return _whole_list(row[0], row[1])


@router.post("", status_code=201, dependencies=NO_PARAMETERS, openapi_extra=ADD_DOCUMENT)
async def create_document(identity: Identity, request: Request, reader: Reader, shelf: Documents) -> Response:
    """Keep a file with an order. Its text is taken in the background: see `texts_status`."""
    row = await _row(reader, RECEIVING_ORDER, {"order_id": identity})
    async with multipart_form(request, fields=FIELDS, max_file_bytes=shelf.max_bytes) as form:
        shelved = await shelve(shelf, form, installation=row["installation"])

        async def work(connection: AsyncConnection, _origin: Origin) -> Written:
            document = await shelved.enter(connection, identity)
            location = f"{request.url.path}/{document['id']}"
            return Written(201, str(document["body"]).encode(), int(str(document["version"])), location)

        stored = StoredForm(form, shelf.files, shelved.key)
        return await respond_with_file(request, shelf.writer, work, stored=stored)


@router.get("/{document}", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("OrderDocument"))
async def read_document(identity: Identity, document: Identity, reader: Reader) -> Response:
    """What is known of one document."""
    row = await _row(reader, DOCUMENT, {"order_id": identity, "document_id": document})
    return Response(row[0], media_type=JSON, headers={"ETag": f'"{row["version"]}"'})


@router.delete("/{document}", status_code=204, dependencies=NO_PARAMETERS, openapi_extra=DELETE_DOCUMENT)
async def delete_document(
    identity: Identity, document: Identity, request: Request, reader: Reader, shelf: Documents
) -> Response:
    """Delete a document, its text and its file."""
    versions, keys = allowed_versions(request), list[str]()

    async def work(connection: AsyncConnection, _origin: Origin) -> Written:
        key = await remove_document(connection, identity, document, versions=versions)
        if key is None:
            row = await _row(reader, DOCUMENT, {"order_id": identity, "document_id": document})
            raise PreconditionFailed(row["version"])
        keys[:] = [key]
        return Written(204)

    response = await respond(request, shelf.writer, work)
    response.background = BackgroundTask(shelf.files.delete, keys[0])
    return response


@router.get("/{document}/content", dependencies=NO_PARAMETERS, openapi_extra=READ_CONTENT)
async def read_document_content(
    identity: Identity, document: Identity, request: Request, reader: Reader, shelf: Documents
) -> Response:
    """The file itself, or a part of it, as an attachment."""
    row = await _row(reader, DOCUMENT_FILE, {"order_id": identity, "document_id": document})
    # Text may go out compressed, so that its tag cannot promise the same bytes.
    weak = "W/" if row["content_type"] == TEXT else ""
    file = Download(
        file_name=row["file_name"],
        media_type=row["content_type"],
        size_bytes=row["size_bytes"],
        tag=f'{weak}"{row["sha256"]}"',
    )
    key = row["storage_key"]
    return await download(
        file, request.headers, lambda start, end: shelf.files.read(key, start=start, end=end)
    )


@router.get(
    "/{document}/texts", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("DocumentTextPage")
)
async def list_document_texts(identity: Identity, document: Identity, reader: Reader) -> Response:
    """The text of each page, as it was taken from the file, and whether that is done."""
    row = await _row(reader, DOCUMENT_TEXTS, {"order_id": identity, "document_id": document})
    return _whole_list(row[0], row[1], texts_status=row["texts_status"], texts_error=row["texts_error"])


async def _row(reader: Reader, statement: Statement, values: dict[str, object]) -> Any:
    row = await reader.row(statement, values)
    if row is None:
        raise NotFound
    return row


def _whole_list(items: str, total: int, **more: object) -> Response:
    envelope = {"total": total, "total_is": "exact", "offset": 0, "next": None, "prev": None, **more}
    return Response(orjson.dumps({"items": orjson.Fragment(items), **envelope}), media_type=JSON)
