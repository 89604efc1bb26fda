"""`/openapi.json` with the shapes of every declared collection, and `/docs` without any third party."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.staticfiles import StaticFiles

from catalogue.callers.documentation import document_callers
from catalogue.callers.schemas import SCHEMAS as CALLER_SCHEMAS
from catalogue.changes.schemas import SCHEMAS as CHANGE_SCHEMAS
from catalogue.edge.protection import documentation_policy
from catalogue.importing.examples import EXAMPLES as IMPORT_EXAMPLES
from catalogue.listing.declaration import Collection
from catalogue.listing.openapi import Schema, component_schemas
from catalogue.orders.documents_examples import EXAMPLES as DOCUMENT_EXAMPLES
from catalogue.orders.openapi import BODIES as ORDER_BODIES
from catalogue.orders.schemas import SCHEMAS as ORDER_SCHEMAS
from catalogue.products.batch_openapi import BATCH_SCHEMAS
from catalogue.products.schemas import SCHEMAS as PRODUCT_SCHEMAS
from catalogue.writing.declaration import Resource
from catalogue.writing.openapi import write_schemas

_ASSETS = Path(fastapi_offline.__file__).parent / "static"
_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("where", "code", "message")},
            },
        },
    },
}
_PROBLEM_RESPONSE: Schema = {
    "description": "the request failed; `code` says how",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def install_api_docs(app: FastAPI, collections: Iterable[Collection], resources: Iterable[Resource]) -> None:
    """Serve the documentation and make it complete."""
    app.openapi = lambda: _openapi(app, collections, resources)  # type: ignore[method-assign]
    app.mount("/docs/assets", StaticFiles(directory=_ASSETS), name="docs_assets")
    app.add_api_route("/docs", _docs, include_in_schema=False)


async def _docs(request: Request) -> Response:
    page = get_swagger_ui_html(
        openapi_url=request.app.openapi_url,
        title="Catalogue",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon.png",
    )
    page.headers["Content-Security-Policy"] = documentation_policy(bytes(page.body))
    return page


def _openapi(
    app: FastAPI, collections: Iterable[Collection], resources: Iterable[Resource]
) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for collection in collections:
            schemas.update(component_schemas(collection))
        for resource in resources:
            schemas.update(write_schemas(resource))
        for more in (
            PRODUCT_SCHEMAS,
            ORDER_SCHEMAS,
            ORDER_BODIES,
            BATCH_SCHEMAS,
            CHANGE_SCHEMAS,
            CALLER_SCHEMAS,
        ):
            schemas.update(more)
        schemas["Problem"] = _PROBLEM
        for name, example in {**IMPORT_EXAMPLES, **DOCUMENT_EXAMPLES}.items():
            schemas[name]["examples"] = [example]
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = _PROBLEM_RESPONSE
        document_callers(document)
        app.openapi_schema = document
    return app.openapi_schema
