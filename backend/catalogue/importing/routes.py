"""`/imports`: files taken in, how far they are, and the rows that were refused."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.background import BackgroundTask

from catalogue.db.reading import Reader
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.multipart import multipart_form
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.errors import NotFound, Unavailable
from catalogue.importing.jobs_queries import EXISTS, INSTALLATION
from catalogue.importing.listing import IMPORTS, OF_IMPORT, REFUSED_VALUES
from catalogue.importing.openapi import CANCEL_IMPORT, CREATE_IMPORT, DELETE_IMPORT, LIST_ERRORS
from catalogue.importing.requests import FIELDS
from catalogue.importing.service import ImportDesk, cancel_import, delete_import, receive
from catalogue.listing.exporting_response import Exports
from catalogue.listing.links import link_header
from catalogue.listing.openapi import list_documentation, record_documentation
from catalogue.listing.request import parse_request
from catalogue.listing.serving import JSON, Identity, Lists
from catalogue.writing.answers import Written
from catalogue.writing.queries import Origin
from catalogue.writing.serving import respond
from catalogue.writing.uploads import StoredForm, respond_with_file

router = APIRouter(prefix=f"{API_PREFIX}/imports", tags=["imports"])


async def _desk(request: Request) -> ImportDesk:
    desk: ImportDesk = request.app.state.imports
    return desk


Desk = Annotated[ImportDesk, Depends(_desk)]


@router.get("", openapi_extra=list_documentation(IMPORTS))
async def list_imports(request: Request, lists: Lists) -> Response:
    """Any page of the imports, the latest first."""
    return await lists.respond(IMPORTS, request.scope)


@router.post("", status_code=202, dependencies=NO_PARAMETERS, openapi_extra=CREATE_IMPORT)
async def create_import(request: Request, reader: Reader, desk: Desk) -> Response:
    """Take a file in. It is imported in the background: follow `Location`."""
    row = await reader.row(INSTALLATION)
    if row is None:
        raise Unavailable("the database is not ready")
    async with multipart_form(request, fields=FIELDS, max_file_bytes=desk.max_bytes) as form:
        received = await receive(desk, form, installation=row[0])

        async def work(connection: AsyncConnection, _origin: Origin) -> Written:
            job = await received.enter(connection)
            return Written(202, job["body"].encode(), job["version"], f"{request.url.path}/{job['id']}")

        stored = StoredForm(form, desk.files, received.key)
        return await respond_with_file(request, desk.writer, work, stored=stored)


@router.get("/{identity}", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("ImportJob"))
async def read_import(identity: Identity, lists: Lists) -> Response:
    """How far an import is, and what became of its rows."""
    return await lists.record(IMPORTS, "id", identity)


@router.delete("/{identity}", status_code=204, dependencies=NO_PARAMETERS, openapi_extra=DELETE_IMPORT)
async def remove_import(identity: Identity, request: Request, desk: Desk) -> Response:
    """Delete the record of an import that has ended, with its refused rows. Products stay."""
    keys: list[str] = []

    async def work(connection: AsyncConnection, _origin: Origin) -> Written:
        key = await delete_import(connection, identity)
        keys[:] = [key] if key else []
        return Written(204)

    response = await respond(request, desk.writer, work)
    if keys:
        response.background = BackgroundTask(desk.files.delete, keys[0])
    return response


@router.post("/{identity}/cancel", dependencies=NO_PARAMETERS, openapi_extra=CANCEL_IMPORT)
async def stop_import(identity: Identity, request: Request, desk: Desk) -> Response:
    """Cancel an import that is queued or runs. Rows that are written already stay."""

    async def work(connection: AsyncConnection, _origin: Origin) -> Written:
        job = await cancel_import(connection, identity)
        return Written(200, job["body"].encode(), job["version"])

    return await respond(request, desk.writer, work, digest=b"")


@router.get("/{identity}/errors", openapi_extra=LIST_ERRORS)
async def list_import_errors(
    identity: Identity, request: Request, reader: Reader, lists: Lists, exports: Exports
) -> Response:
    """The rows that were refused, by line; with `format` all of them as a file for a spreadsheet."""
    asked_for: bytes = request.scope["query_string"]
    query_string = f"{OF_IMPORT}={identity}&".encode() + asked_for
    if any(part.partition(b"=")[0] == b"format" for part in asked_for.split(b"&")):
        name = f"import-{identity}-errors"
        report = exports.report(REFUSED_VALUES, query_string, file_name=name)
        await _require_import(reader, identity)
        return report
    asked = parse_request(REFUSED_VALUES, query_string.removesuffix(b"&"))
    await _require_import(reader, identity)
    page = await lists.pages.read(asked)
    link = link_header(request.scope["path"], asked_for, page, asked)
    return Response(page.body(), media_type=JSON, headers={"Link": link})


async def _require_import(reader: Reader, identity: int) -> None:
    if await reader.row(EXISTS, {"import_id": identity}) is None:
        raise NotFound("there is no such import")
