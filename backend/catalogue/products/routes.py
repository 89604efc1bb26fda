"""`/products`: the list, the record, statistics, values, completions, the export and the writes."""

import hashlib
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.db.reading import Reader
from catalogue.db.writing import Writes
from catalogue.edge.addresses import API_PREFIX
from catalogue.edge.convertors import NUMBER_PATH
from catalogue.edge.json_body import parse_body, read_body
from catalogue.edge.no_parameters import NO_PARAMETERS, takes_only
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
from catalogue.listing.request import parse_filters, parse_request, with_filter
from catalogue.listing.serving import JSON, Identity, Lists, tell_shown
from catalogue.listing.vocabulary import MAX_COMPLETIONS
from catalogue.products.batch import run_batch
from catalogue.products.batch_openapi import BATCH_DOCUMENTATION
from catalogue.products.batch_schemas import BatchBody, parse_operation
from catalogue.products.listing import PRODUCTS
from catalogue.products.resources import BRAND, CATEGORY, RESOURCES
from catalogue.products.service import completions
from catalogue.products.statistics import listed_values, product_statistics
from catalogue.writing.answers import Written
from catalogue.writing.bodies import checked
from catalogue.writing.declaration import Resource
from catalogue.writing.queries import Origin, compiled_record_statement
from catalogue.writing.routes import add_write_routes
from catalogue.writing.serving import respond

SlugPath = Annotated[str, Path(max_length=100, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
SUGGEST_FIELDS = b"fields=sku,name,category,brand,price,currency,image_url&count=none&limit=20"
router = APIRouter(prefix=f"{API_PREFIX}/products", tags=["products"])


@router.get("", openapi_extra=list_documentation(PRODUCTS))
async def list_products(request: Request, lists: Lists) -> Response:
    """Any page of the products, by filter, sort and position."""
    return await lists.respond(PRODUCTS, request.scope)


@router.get(
    "/stats",
    openapi_extra={
        "parameters": filter_parameters(PRODUCTS),
        "responses": {"200": json_response("statistics", reference("ProductStats"))},
    },
)
async def product_stats(request: Request, reader: Reader, lists: Lists) -> Response:
    """Counts, prices and stock of the products that match the filters."""
    asked = await lists.looked_up(parse_filters(PRODUCTS, request.scope["query_string"]))
    return Response(await product_statistics(reader, lists.pages, asked), media_type=JSON)


@router.get("/categories", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("CategoryPage"))
async def list_categories(reader: Reader, lists: Lists) -> Response:
    """Every category with its number of products; `parent` makes them a tree."""
    return Response(await listed_values(reader, lists.facets, "category"), media_type=JSON)


@router.get("/brands", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("BrandPage"))
async def list_brands(reader: Reader, lists: Lists) -> Response:
    """Every brand with its number of products."""
    return Response(await listed_values(reader, lists.facets, "brand"), media_type=JSON)


@router.get(
    "/categories/{slug}", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("CategoryRecord")
)
async def read_category(slug: SlugPath, reader: Reader) -> Response:
    """One category."""
    return await _value(reader, CATEGORY, slug)


@router.get("/brands/{slug}", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("BrandRecord"))
async def read_brand(slug: SlugPath, reader: Reader) -> Response:
    """One brand."""
    return await _value(reader, BRAND, slug)


@router.get("/suggest", dependencies=takes_only("q"), openapi_extra=record_documentation("Suggestions"))
async def suggest_products(
    q: Annotated[str, Query(description="what has been typed so far")], lists: Lists, request: Request
) -> Response:
    """Completions of the last word, and the products that match best; up to ten of each."""
    searches = lists.pages.searches
    typed = with_filter(parse_request(PRODUCTS, SUGGEST_FIELDS), "q", q)
    asked = await searches.looked_up(typed, beginnings=True)
    page = await lists.pages.read(asked)
    tell_shown(request.scope, page)
    items = [orjson.Fragment(item) for item in page.items]
    names = [orjson.loads(item)["name"] for item in page.items]
    vocabulary = searches.vocabularies.of(PRODUCTS)
    found = completions(page.corrected_q or q, names, vocabulary) if asked.filters else []
    products = items[:MAX_COMPLETIONS] if asked.filters else []
    corrected = {} if page.corrected_q is None else {"corrected_q": page.corrected_q}
    answer = {"q": q, **corrected, "completions": found, "products": products}
    return Response(orjson.dumps(answer), media_type=JSON)


@router.get("/export", openapi_extra=export_documentation(PRODUCTS))
async def export_products(request: Request, exports: Exports) -> Response:
    """All products that match, streamed; same filters and sort as the list, and `format`."""
    return exports.respond(PRODUCTS, request.scope)


@router.post("/batch", response_class=Response, dependencies=NO_PARAMETERS, openapi_extra=BATCH_DOCUMENTATION)
async def change_products(request: Request, writer: Writes) -> Response:
    """Up to 1,000 operations, all or nothing (`reject_all`) or each by itself (`reject_row`)."""
    raw = await read_body(request)
    body = checked(BatchBody, await parse_body(raw), server_owned=())
    parsed = [parse_operation(operation, place) for place, operation in enumerate(body.operations)]

    async def work(connection: AsyncConnection, origin: Origin) -> Written:
        return await run_batch(connection, parsed, reject_all=body.on_error == "reject_all", origin=origin)

    return await respond(request, writer, work, digest=hashlib.sha256(raw).digest())


@router.get("/by-sku/{sku}", dependencies=NO_PARAMETERS, openapi_extra=record_documentation("Product"))
async def read_product_by_sku(sku: Annotated[str, Path(max_length=64)], lists: Lists) -> Response:
    """One product by its stock keeping unit."""
    return await lists.record(PRODUCTS, "sku", sku)


@router.get(NUMBER_PATH, dependencies=NO_PARAMETERS, openapi_extra=record_documentation("Product"))
async def read_product(identity: Identity, lists: Lists) -> Response:
    """One product, with its description."""
    return await lists.record(PRODUCTS, "id", identity)


async def _value(reader: Reader, resource: Resource, slug: str) -> Response:
    row = await reader.row(compiled_record_statement(resource), {"key": slug})
    if row is None:
        raise NotFound(f"there is no {resource.name} with this slug")
    return Response(row["record"], media_type=JSON, headers={"ETag": f'"{row["version"]}"'})


for _resource in RESOURCES:
    add_write_routes(router, _resource)
