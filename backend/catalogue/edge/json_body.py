"""JSON bodies, read strictly: no NaN, no duplicate keys, no lone surrogates or NUL, no absurd nesting.

Python's own parser is used because it tells of duplicate keys; pydantic then checks the shape.
"""

import json
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError

from catalogue.errors import BadRequest, FieldError, UnsupportedMediaType, ValidationFailed

MAX_DEPTH = 32
Model = TypeVar("Model", bound=BaseModel)
_LARGE_BYTES = 65_536
_MAX_BIGINT = 2**63


def json_body(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that gives the request's body as `model`.

    Raises BadRequest for what is no JSON, UnsupportedMediaType for another media type and ValidationFailed
    for JSON of the wrong shape.
    """

    async def read(request: Request) -> Model:
        _check_media_type(request.headers.get("content-type", ""))
        raw = b"".join([chunk async for chunk in request.stream()])
        parsed = await run_in_threadpool(parse_json, raw) if len(raw) > _LARGE_BYTES else parse_json(raw)
        try:
            return model.model_validate(parsed)
        except ValidationError as error:
            raise ValidationFailed(*map(_field_error, error.errors())) from None

    return read


def parse_json(raw: bytes) -> object:
    """Parse one strict JSON document. Raises BadRequest or ValidationFailed; never anything else."""
    try:
        parsed = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    except RecursionError:
        raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError:
        raise BadRequest("the body is not valid JSON") from None
    _check(parsed, where="body", depth=0)
    return parsed


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest("the body repeats a key")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON")


def _check(value: object, *, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")
    match value:
        case str():
            _check_text(value, where)
        case bool():
            return
        case int() if not -_MAX_BIGINT <= value < _MAX_BIGINT:
            raise ValidationFailed(FieldError(where, "not_an_integer", "must fit into 64 bits"))
        case float() if value in {float("inf"), float("-inf")}:
            raise ValidationFailed(FieldError(where, "not_a_number", "is too large"))
        case dict():
            for key, part in value.items():
                _check_text(key, where)
                _check(part, where=f"{where}.{key}", depth=depth + 1)
        case list():
            for index, part in enumerate(value):
                _check(part, where=f"{where}.{index}", depth=depth + 1)


def _check_text(text: str, where: str) -> None:
    if "\x00" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise ValidationFailed(
            FieldError(where, "invalid_character", "must not hold NUL characters or lone surrogates")
        )


def _check_media_type(content_type: str) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMediaType("the body must be application/json")


def _field_error(error: object) -> FieldError:
    detail = dict(error)  # type: ignore[call-overload]
    where = ".".join(("body", *map(str, detail["loc"])))
    return FieldError(where, str(detail["type"]), str(detail["msg"]))
