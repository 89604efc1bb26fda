"""A collection over HTTP: the list and the single record, the same for every collection."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Path, Request, Response
from sqlalchemy import ColumnElement, Text, bindparam, literal_column, select

from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement, compile_statement
from catalogue.errors import NotFound
from catalogue.listing.declaration import Collection
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.links import link_header
from catalogue.listing.list_request import ListRequest
from catalogue.listing.page import Page, PageReader
from catalogue.listing.request import parse_request
from catalogue.listing.values import MAX_BIGINT

if TYPE_CHECKING:
    from starlette.types import Scope

    from catalogue.listing.shown import Shown

JSON = "application/json"
PARSED = "catalogue.list_request"
"""The key in an ASGI scope under which a list's request stands when it has been parsed already."""

SHOWN = "catalogue.shown_rows"
"""The key in an ASGI scope of what wants to know which rows a list's answer shows, a `Shown`."""

PROVISIONAL = "X-Provisional"
"""A header for the cache alone: the answer will soon be better, so it is not kept for long."""
MAX_PARSED = 2_000
LONGEST_KEPT_BYTES = 500
Identity = Annotated[int, Path(ge=1, le=MAX_BIGINT, description="id")]


def tell_shown(scope: "Scope", page: Page) -> None:
    """Say which rows a page shows, where somebody wants to know."""
    shown: Shown | None = scope.get(SHOWN)
    if shown is None:
        return
    shown.ids, shown.span = page.ids, page.span
    if page.facets is not None:
        shown.estimated, shown.counted = page.facets.precision == "estimate", page.facets.counted


@dataclass(frozen=True, slots=True)
class ListServer:
    """What lists need of the running program."""

    reader: ReadSession
    pages: PageReader
    facets: FacetReader

    async def respond(self, collection: Collection, scope: "Scope") -> Response:
        """Answer a list request. Raises ValidationFailed, BadRequest or Unavailable."""
        query_string: bytes = scope["query_string"]
        asked = scope.get(PARSED) or _parsed(collection, query_string)
        page = await self.pages.read(asked)
        tell_shown(scope, page)
        headers = {"Link": link_header(scope["path"], query_string, page, asked)}
        if page.is_provisional:
            headers[PROVISIONAL] = "1"
        return Response(page.body(), media_type=JSON, headers=headers)

    async def looked_up(self, asked: ListRequest) -> ListRequest:
        """A request for all matching rows, its `q` corrected as in the list. Raises Unavailable."""
        return await self.pages.searches.looked_up(asked, may_walk=False)

    async def record(self, collection: Collection, name: str, key: object) -> Response:
        """Answer with the record whose field `name` is `key`. Raises NotFound."""
        row = await self.reader.row(_record_statement(collection, name), {"key": key})
        if row is None:
            raise NotFound(f"there is no {collection.model.__name__.lower()} with this {name}")
        headers = {"ETag": f'"{row["version"]}"'} if "version" in collection.all_fields else {}
        return Response(row["record"], media_type=JSON, headers=headers)


async def _list_server(request: Request) -> ListServer:
    server: ListServer = request.app.state.lists
    return server


Lists = Annotated[ListServer, Depends(_list_server)]
"""What a route asks for to serve a collection."""


def _parsed(collection: Collection, query_string: bytes) -> ListRequest:
    """What was asked lately is not parsed again, with or without a response cache; long texts are not kept."""
    if len(query_string) > LONGEST_KEPT_BYTES:
        return parse_request(collection, query_string)
    return _kept_request(collection, query_string)


@lru_cache(maxsize=MAX_PARSED)
def _kept_request(collection: Collection, query_string: bytes) -> ListRequest:
    return parse_request(collection, query_string)


@lru_cache
def _record_statement(collection: Collection, name: str) -> Statement:
    column = collection.column(name)
    record = (
        select(*(collection.column(shown).label(shown) for shown in collection.all_fields))
        .where(column == bindparam("key", type_=column.type))
        .subquery("record")
    )
    shown: list[ColumnElement[Any]] = [literal_column("row_to_json(record)::text", Text).label("record")]
    if "version" in collection.all_fields:
        shown.append(record.c.version)
    return compile_statement(select(*shown).select_from(record))
