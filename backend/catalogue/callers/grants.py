"""Bodies of `/auth`: JSON, or forms as OAuth 2 clients send them (RFC 6749, sections 4.3 and 6)."""

from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from catalogue.edge.json_body import json_body
from catalogue.errors import BadRequest, FieldError, ValidationFailed

Grant = TypeVar("Grant", bound=BaseModel)
FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 20


async def read_grant(request: Request, model: type[Grant]) -> Grant:
    """The body as `model`. Raises BadRequest, UnsupportedMediaType or ValidationFailed."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        return await json_body(model)(request)
    raw = b"".join([chunk async for chunk in request.stream()])
    try:
        fields = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise BadRequest("the body is not a form") from None
    if len(fields) != len(dict(fields)):
        raise BadRequest("the body repeats a field")
    return _checked(model, dict(fields))


def _checked(model: type[Grant], fields: dict[str, str]) -> Grant:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise ValidationFailed(
            *(
                FieldError(".".join(("body", *map(str, detail["loc"]))), detail["type"], detail["msg"])
                for detail in error.errors(include_url=False, include_input=False)
            )
        ) from None
