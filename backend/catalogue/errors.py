"""The project's errors. Services raise them; the edge turns each into problem+json (RFC 9457).

CatalogueError
├── BadRequest            400  malformed JSON, malformed or foreign cursor
├── Unauthenticated       401  nobody is known by what was shown, or nothing was shown
├── Forbidden             403  the caller lacks a scope
├── NotFound              404
├── MethodNotAllowed      405
├── NotAcceptable         406
├── RequestTimeout        408  the body came too slowly
├── Conflict              409  unique values, state, something in the way
├── InUse                 409  other records need the one to be deleted
├── InvalidTransition     409  the order's status does not allow the change
├── InsufficientStock     409  a line asks for more than there is
├── IdempotencyInFlight   409  the first request with this key is still running
├── PreconditionFailed    412  If-Match names another version
├── PayloadTooLarge       413
├── UnsupportedMediaType  415
├── RangeNotSatisfiable   416  the range begins after the end of the file
├── ValidationFailed      422  parameters, body, foreign keys, checks
├── IdempotencyKeyReused  422  the key came before with another request
├── BatchRefused          422  an operation failed, so none was carried out
├── NotApplied            424  another operation of the batch failed
├── TooManyRequests       429  the caller's rate limit is used up
├── InternalError         500  a fault of ours; says nothing about it
└── Unavailable           503  PostgreSQL cannot answer, or not in time
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import randint
from typing import ClassVar

import orjson

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong: where (`query.limit`, `body.price`), a stable code, a sentence."""

    where: str
    code: str
    message: str


class CatalogueError(Exception):
    """Base of all: `status` and `code` are part of the contract, `detail` is for people."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors
        self.headers = headers or {}
        self.extensions = extensions or {}

    def problem(self, request_id: str) -> bytes:
        """The body of the answer, as JSON."""
        return orjson.dumps(self.members(request_id))

    def members(self, request_id: str) -> dict[str, object]:
        """The members of the problem: RFC 9457's own, ours, and what this kind of error adds."""
        body: dict[str, object] = {
            "type": f"/problems/{self.code.replace('_', '-')}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [
                {"where": error.where, "code": error.code, "message": error.message} for error in self.errors
            ]
        return {**body, **self.extensions}


class BadRequest(CatalogueError):
    status = 400
    code = "bad_request"
    title = "The request could not be read"


class Unauthenticated(CatalogueError):
    """`error` is a code of RFC 6750, where something was shown."""

    status = 401
    code = "unauthenticated"
    title = "Say who you are"

    def __init__(self, detail: str = "", *, error: str = "") -> None:
        challenge = 'Bearer realm="catalogue"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(CatalogueError):
    """`missing` are the scopes that the caller lacks; each is the code of one entry in `errors`."""

    status = 403
    code = "missing_scope"
    title = "You may not do this"

    def __init__(self, missing: Sequence[str]) -> None:
        named = " ".join(missing)
        super().__init__(
            f"this needs the scope {named}",
            errors=tuple(
                FieldError("caller.scopes", scope, "is needed and not granted") for scope in missing
            ),
            headers={
                "WWW-Authenticate": f'Bearer realm="catalogue", error="insufficient_scope", scope="{named}"'
            },
        )


class NotFound(CatalogueError):
    status = 404
    code = "not_found"
    title = "There is nothing here"


class MethodNotAllowed(CatalogueError):
    status = 405
    code = "method_not_allowed"
    title = "This address does not take that method"


class NotAcceptable(CatalogueError):
    status = 406
    code = "not_acceptable"
    title = "None of the accepted formats can be given"


class RequestTimeout(CatalogueError):
    status = 408
    code = "request_timeout"
    title = "The request took too long to arrive"


class Conflict(CatalogueError):
    status = 409
    code = "conflict"
    title = "The change conflicts with what is there"


class InUse(Conflict):
    code = "in_use"
    title = "Other records use this one"


class InvalidTransition(Conflict):
    code = "invalid_transition"
    title = "The order's status does not allow this"


class InsufficientStock(Conflict):
    code = "insufficient_stock"
    title = "There is not enough in stock"


class IdempotencyInFlight(Conflict):
    code = "idempotency_in_flight"
    title = "The first request with this key is still running"

    def __init__(self) -> None:
        super().__init__("repeat the request in a moment", headers={"Retry-After": "1"})


class PreconditionFailed(CatalogueError):
    """`version` is the current one; it goes out in the problem and as ETag."""

    status = 412
    code = "precondition_failed"
    title = "The record has changed since"

    def __init__(self, version: int) -> None:
        error = FieldError("header.If-Match", "version_mismatch", f"the current version is {version}")
        super().__init__(
            f"If-Match does not name the current version, {version}",
            errors=(error,),
            headers={"ETag": f'"{version}"'},
            extensions={"version": version},
        )


class PayloadTooLarge(CatalogueError):
    status = 413
    code = "payload_too_large"
    title = "The request body is too large"


class UnsupportedMediaType(CatalogueError):
    status = 415
    code = "unsupported_media_type"
    title = "This media type is not understood"


class RangeNotSatisfiable(CatalogueError):
    status = 416
    code = "range_not_satisfiable"
    title = "The file has no such part"


class ValidationFailed(CatalogueError):
    status = 422
    code = "validation_failed"
    title = "Some values are not acceptable"

    def __init__(self, *errors: FieldError) -> None:
        detail = "; ".join(f"{error.where}: {error.message}" for error in errors[:5])
        super().__init__(detail, errors=errors)


class TooManyRequests(CatalogueError):
    status = 429
    code = "too_many_requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after_s))})


class IdempotencyKeyReused(CatalogueError):
    status = 422
    code = "idempotency_key_reused"
    title = "This key came before with another request"


class BatchRefused(CatalogueError):
    """`results` has one entry an operation, in order: its status and, where it failed, its problem."""

    status = 422
    code = "batch_refused"
    title = "Some operations failed, so none was carried out"

    def __init__(self, detail: str, *, errors: tuple[FieldError, ...], results: Sequence[object]) -> None:
        super().__init__(detail, errors=errors, extensions={"results": results})


class NotApplied(CatalogueError):
    status = 424
    code = "not_applied"
    title = "Not carried out, because another operation failed"


class InternalError(CatalogueError):
    pass


class Unavailable(CatalogueError):
    status = 503
    code = "unavailable"
    title = "The service cannot answer right now"

    def __init__(self, detail: str = "", *, retry_after_s: int | None = None) -> None:
        # Not the same for everybody, so that those who are sent away together do not come back together.
        super().__init__(detail, headers={"Retry-After": str(retry_after_s or randint(1, 3))})  # noqa: S311
