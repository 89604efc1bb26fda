"""`/imports`: files taken in, how far they are, and the rows that were refused."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from starlette.background import BackgroundTask

from catalogue.db.reading import Reader
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.multipart import multipart_form
from catalogue.errors import NotFound, Unavailable
from catalogue.importing.jobs_queries import EXISTS, INSTALLATION
from catalogue.importing.listing import IMPORTS, OF_IMPORT, REFUSED_VALUES
from catalogue.importing.openapi import CANCEL_IMPORT, CREATE_IMPORT, DELETE_IMPORT, LIST_ERRORS
from catalogue.importing.requests import FIELDS
from catalogue.importing.service import ImportDesk, cancel_import, delete_import, take_import
from catalogue.listing.exporting_response import Exports
from catalogue.listing.links import link_header
from catalogue.listing.openapi import list_documentation, record_documentation
from catalogue.listing.request import parse_request
from catalogue.listing.serving import JSON, Identity, Lists

router = APIRouter(prefix=f"{API_PREFIX}/imports", tags=["imports"])


async def _desk(request: Request) -> ImportDesk:
    desk: ImportDesk = request.app.state.imports
    return desk


Desk = Annotated[ImportDesk, Depends(_desk)]


@router.get("", openapi_extra=list_documentation(IMPORTS))
async def list_imports(request: Request, lists: Lists) -> Response:
    """Any page of the imports, the latest first."""
    return await lists.respond(IMPORTS, request.scope)


@router.post("", status_code=202, openapi_extra=CREATE_IMPORT)
async def create_import(request: Request, reader: Reader, desk: Desk) -> Response:
    """Take a file in. It is imported in the background: follow `Location`."""
    row = await reader.row(INSTALLATION)
    if row is None:
        raise Unavailable("the database is not ready")
    async with multipart_form(request, fields=FIELDS, max_file_bytes=desk.max_bytes) as form:
        job = await take_import(desk, form, installation=row[0])
    location = f"{request.url.path}/{job['id']}"
    return _answer(job, status_code=202, headers={"Location": location})


@router.get("/{identity}", openapi_extra=record_documentation("ImportJob"))
async def read_import(identity: Identity, lists: Lists) -> Response:
    """How far an import is, and what became of its rows."""
    return await lists.record(IMPORTS, "id", identity)


@router.delete("/{identity}", status_code=204, openapi_extra=DELETE_IMPORT)
async def remove_import(identity: Identity, desk: Desk) -> Response:
    """Delete the record of an import that has ended, with its refused rows. Products stay."""
    key = await delete_import(desk, identity)
    return Response(status_code=204, background=BackgroundTask(desk.files.delete, key) if key else None)


@router.post("/{identity}/cancel", openapi_extra=CANCEL_IMPORT)
async def stop_import(identity: Identity, desk: Desk) -> Response:
    """Cancel an import that is queued or runs. Rows that are written already stay."""
    return _answer(await cancel_import(desk, identity))


@router.get("/{identity}/errors", openapi_extra=LIST_ERRORS)
async def list_import_errors(
    identity: Identity, request: Request, reader: Reader, lists: Lists, exports: Exports
) -> Response:
    """The rows that were refused, by line; with `format` all of them as a file for a spreadsheet."""
    if await reader.row(EXISTS, {"import_id": identity}) is None:
        raise NotFound("there is no such import")
    asked_for: bytes = request.scope["query_string"]
    query_string = f"{OF_IMPORT}={identity}&".encode() + asked_for
    if any(part.partition(b"=")[0] == b"format" for part in asked_for.split(b"&")):
        name = f"import-{identity}-errors"
        return exports.report(REFUSED_VALUES, query_string, file_name=name)
    asked = parse_request(REFUSED_VALUES, query_string.removesuffix(b"&"))
    page = await lists.pages.read(asked)
    link = link_header(request.scope["path"], asked_for, page, asked)
    return Response(page.body(), media_type=JSON, headers={"Link": link})


def _answer(
    job: dict[str, Any], *, status_code: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(job), status_code=status_code, media_type=JSON, headers=headers)
