"""Errors as problem+json: one shape for every failure, whoever noticed it."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from catalogue.errors import (
    PROBLEM_JSON,
    BadRequest,
    CatalogueError,
    FieldError,
    InternalError,
    MethodNotAllowed,
    NotFound,
    ValidationFailed,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope


def problem_response(error: CatalogueError, request_id: str) -> Response:
    """The answer to a request that failed with `error`."""
    return Response(
        error.problem(request_id),
        status_code=error.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **error.headers},
    )


def install_error_handlers(app: "FastAPI") -> None:
    app.add_exception_handler(CatalogueError, _handle)
    app.add_exception_handler(HTTPException, _handle)
    app.add_exception_handler(RequestValidationError, _handle)


async def _handle(request: "Request", error: Exception) -> Response:
    return problem_response(_as_project_error(request, error), request.state.request_id)


def _as_project_error(request: "Request", error: Exception) -> CatalogueError:
    if isinstance(error, CatalogueError):
        return error
    if isinstance(error, RequestValidationError):
        return _validation(error)
    if isinstance(error, HTTPException):
        return _http(request, error)
    return InternalError()


def _validation(error: RequestValidationError) -> CatalogueError:
    details = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        return BadRequest("the body is not valid JSON")
    return ValidationFailed(
        *(
            FieldError(".".join(map(str, detail["loc"])), str(detail["type"]), str(detail["msg"]))
            for detail in details
        )
    )


def _http(request: "Request", error: HTTPException) -> CatalogueError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound("no such address")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_allowed_methods(request.app, request.scope)))
        return MethodNotAllowed(f"this address takes {allowed}", headers={"Allow": allowed})
    return BadRequest()


def _allowed_methods(app: "FastAPI", scope: "Scope") -> set[str]:
    """Those of the address itself where it is one (`/products/stats`), else of every pattern it fits."""
    routes = [route for route in app.router.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.path == scope["path"]] or [
        route for route in routes if route.matches(scope)[0] is not Match.NONE
    ]
    methods = {method for route in fitting for method in route.methods or ()}
    return methods | {"HEAD"} if "GET" in methods else methods
