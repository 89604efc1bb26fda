"""`/terminals`, `/drivers`, `/trucks` and `/trailers`: a list, an export, a record and the four writes each."""

from fastapi import APIRouter, Request, Response

from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.convertors import NUMBER_PATH
from catalogue.edge.no_parameters import NO_PARAMETERS
from catalogue.fleet.listing import DRIVERS, TERMINALS, TRAILERS, TRUCKS
from catalogue.fleet.resources import RESOURCES
from catalogue.listing.declaration import Collection
from catalogue.listing.exporting_response import Exports
from catalogue.listing.openapi import export_documentation, list_documentation, record_documentation
from catalogue.listing.serving import Identity, Lists
from catalogue.writing.routes import add_write_routes

COLLECTIONS = (TERMINALS, DRIVERS, TRUCKS, TRAILERS)
router = APIRouter(prefix=API_PREFIX, tags=["fleet"])


def _add_routes(collection: Collection) -> None:
    async def list_records(request: Request, lists: Lists) -> Response:
        return await lists.respond(collection, request.scope)

    async def export_records(request: Request, exports: Exports) -> Response:
        return exports.respond(collection, request.scope)

    async def read_record(identity: Identity, lists: Lists) -> Response:
        return await lists.record(collection, "id", identity)

    title = collection.model.__name__
    router.add_api_route(
        f"/{collection.name}",
        list_records,
        name=f"list_{collection.name}",
        openapi_extra=list_documentation(collection),
    )
    router.add_api_route(
        f"/{collection.name}/export",
        export_records,
        name=f"export_{collection.name}",
        openapi_extra=export_documentation(collection),
    )
    router.add_api_route(
        f"/{collection.name}{NUMBER_PATH}",
        read_record,
        dependencies=NO_PARAMETERS,
        name=f"read_{title.lower()}",
        openapi_extra=record_documentation(title),
    )


for _collection in COLLECTIONS:
    _add_routes(_collection)
for _resource in RESOURCES:
    add_write_routes(router, _resource)
