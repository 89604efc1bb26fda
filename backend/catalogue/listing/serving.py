"""A collection over HTTP: the list and the single record, the same for every collection."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Request, Response
from sqlalchemy import Text, bindparam, literal_column, select

from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement, compile_statement
from catalogue.errors import NotFound
from catalogue.listing.declaration import Collection
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.links import link_header
from catalogue.listing.page import PageReader
from catalogue.listing.request import ListRequest, parse_request
from catalogue.listing.values import MAX_BIGINT

if TYPE_CHECKING:
    from starlette.types import Scope

JSON = "application/json"
Identity = Annotated[int, Path(ge=1, le=MAX_BIGINT, description="id")]


@dataclass(frozen=True, slots=True)
class ListServer:
    """What lists need of the running program."""

    reader: ReadSession
    pages: PageReader
    facets: FacetReader

    async def respond(self, collection: Collection, scope: "Scope") -> Response:
        """Answer a list request. Raises ValidationFailed, BadRequest or Unavailable."""
        query_string: bytes = scope["query_string"]
        asked = parse_request(collection, query_string)
        page = await self.pages.read(asked)
        return Response(
            page.body(),
            media_type=JSON,
            headers={"Link": link_header(scope["path"], query_string, page, asked)},
        )

    async def looked_up(self, asked: ListRequest) -> ListRequest:
        """A request for all matching rows, its `q` corrected as in the list. Raises Unavailable."""
        return await self.pages.searches.looked_up(asked, may_walk=False)

    async def record(self, collection: Collection, field: str, key: object) -> Response:
        """Answer with the record whose `field` is `key`. Raises NotFound."""
        row = await self.reader.row(_record_statement(collection, field), {"key": key})
        if row is None:
            raise NotFound(f"there is no {collection.model.__name__.lower()} with this {field}")
        return Response(row[0], media_type=JSON)


async def _list_server(request: Request) -> ListServer:
    server: ListServer = request.app.state.lists
    return server


Lists = Annotated[ListServer, Depends(_list_server)]
"""What a route asks for to serve a collection."""


@lru_cache
def _record_statement(collection: Collection, field: str) -> Statement:
    column = collection.column(field)
    record = (
        select(*(collection.column(name).label(name) for name in collection.all_fields))
        .where(column == bindparam("key", type_=column.type))
        .subquery("record")
    )
    return compile_statement(select(literal_column("row_to_json(record)::text", Text)).select_from(record))
