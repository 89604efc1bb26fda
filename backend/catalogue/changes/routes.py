"""`/changes` (server-sent events), `/audit` and the history of a product."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from catalogue.changes.history import history_item
from catalogue.changes.listing import AUDIT
from catalogue.changes.request import LAST_EVENT_ID, parse_stream_request
from catalogue.changes.schemas import STREAM_DOCUMENTATION
from catalogue.changes.stream import ChangeStreams
from catalogue.edge.addresses import API_PREFIX
from catalogue.errors import FieldError, ValidationFailed
from catalogue.listing.links import link_header
from catalogue.listing.list_request import ListRequest
from catalogue.listing.openapi import list_documentation, record_documentation
from catalogue.listing.request import parse_request
from catalogue.listing.serving import JSON, Identity, Lists

_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EVENTS = "text/event-stream"
router = APIRouter(prefix=API_PREFIX, tags=["changes"])


async def _streams(request: Request) -> ChangeStreams:
    streams: ChangeStreams = request.app.state.change_streams
    return streams


Streams = Annotated[ChangeStreams, Depends(_streams)]


@router.get("/changes", openapi_extra=STREAM_DOCUMENTATION)
async def follow_changes(request: Request, streams: Streams) -> Response:
    """Committed changes as they happen, in commit order; resumes after `Last-Event-ID` without loss."""
    asked = parse_stream_request(
        request.scope["query_string"], request.headers.get(LAST_EVENT_ID), request.app.state.collections
    )
    if request.scope["state"].get("head"):
        return Response(media_type=_EVENTS, headers=_STREAM_HEADERS)
    return StreamingResponse(
        await streams.open(asked, client=request.scope.get("counted_as", "")),
        media_type=_EVENTS,
        headers=_STREAM_HEADERS,
    )


@router.get("/audit", openapi_extra=list_documentation(AUDIT))
async def list_audit(request: Request, lists: Lists) -> Response:
    """Who changed what and when, newest first; `id` is the position in the log."""
    return await lists.respond(AUDIT, request.scope)


@router.get("/products/{identity}/history", openapi_extra=record_documentation("ProductHistoryPage"))
async def product_history(identity: Identity, request: Request, lists: Lists) -> Response:
    """Old and new values of one product, newest first; of a deleted one as well."""
    query_string: bytes = request.scope["query_string"]
    asked = parse_request(AUDIT, query_string)
    if wrong := _given_by_address(asked):
        raise ValidationFailed(
            *(
                FieldError(f"query.{name}", "unknown_parameter", "is not a parameter of a history")
                for name in wrong
            )
        )
    asked = replace(asked, filters={**asked.filters, "dataset": ("products",), "record_id": (identity,)})
    page = await lists.pages.read(asked)
    page = replace(page, items=[history_item(item, identity) for item in page.items])
    links = link_header(request.scope["path"], query_string, page, asked)
    return Response(page.body(), media_type=JSON, headers={"Link": links})


def _given_by_address(asked: ListRequest) -> list[str]:
    fields = [] if asked.fields == AUDIT.fields else ["fields"]
    return [name for name in ("dataset", "record_id") if name in asked.filters] + fields
