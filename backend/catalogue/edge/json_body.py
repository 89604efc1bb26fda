"""JSON bodies, read strictly: no NaN, no duplicate keys, no lone surrogates or NUL, no absurd nesting.

Python's own parser is used because it tells of duplicate keys; pydantic then checks the shape.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection
from math import isinf
from typing import NoReturn, TypeAlias, TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ValidationError

from catalogue.errors import BadRequest, FieldError, UnsupportedMediaType, ValidationFailed

MAX_DEPTH = 32
JSON_TYPES = frozenset({"application/json"})
Model = TypeVar("Model", bound=BaseModel)
_LARGE_BYTES = 65_536
_LEAST, _MOST = -(2**63), 2**63 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
_Place: TypeAlias = "tuple[_Place, str | int] | None"
"""A part of the document by its name in what it is part of; None is the whole."""


def json_body(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that gives the request's body as `model`.

    Raises BadRequest for what is no JSON, UnsupportedMediaType for another media type and ValidationFailed
    for JSON of the wrong shape.
    """

    async def read(request: Request) -> Model:
        parsed = await parse_body(await read_body(request))
        try:
            return model.model_validate(parsed)
        except ValidationError as error:
            raise ValidationFailed(*field_errors(error)) from None

    return read


async def read_body(request: Request, *, media_types: Collection[str] = JSON_TYPES) -> bytes:
    """The body's bytes, of one of the media types. Raises UnsupportedMediaType."""
    _check_media_type(request, media_types)
    return b"".join([chunk async for chunk in request.stream()])


async def parse_body(raw: bytes) -> object:
    """`parse_json`, in a thread where the document is large."""
    return await run_in_threadpool(parse_json, raw) if len(raw) > _LARGE_BYTES else parse_json(raw)


def field_errors(error: ValidationError, *, where: str = "body") -> tuple[FieldError, ...]:
    """What pydantic found, each with its place: `body.lines.0.quantity`."""
    return tuple(
        FieldError(
            ".".join((where, *map(str, detail["loc"]))),
            detail["type"],
            detail["msg"].removeprefix("Value error, "),
        )
        for detail in error.errors(include_url=False, include_input=False)
    )


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
    _check(parsed, None, 0)
    return parsed


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadRequest("the body repeats a key")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is not JSON")


def _check(value: object, place: _Place, depth: int) -> None:
    """Large documents have many small parts, so their places are put into words only where one is refused."""
    if depth > MAX_DEPTH:
        raise BadRequest(f"the body is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, dict):
        for key, part in value.items():
            _check_text(key, place)
            _check(part, (place, key), depth + 1)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            if type(part) is not int or not _LEAST <= part <= _MOST:
                _check(part, (place, index), depth + 1)
    elif isinstance(value, int) and not _LEAST <= value <= _MOST:
        raise ValidationFailed(FieldError(_where(place), "not_an_integer", "must fit into 64 bits"))
    elif isinstance(value, float) and isinf(value):
        raise ValidationFailed(FieldError(_where(place), "not_a_number", "is too large"))


def _check_text(text: str, place: _Place) -> None:
    if "\x00" in text or (not text.isascii() and _SURROGATE.search(text)):
        raise ValidationFailed(
            FieldError(_where(place), "invalid_character", "must not hold NUL characters or lone surrogates")
        )


def _where(place: _Place) -> str:
    """As in `body.lines.0.quantity`."""
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name))
    return ".".join(("body", *reversed(names)))


def _check_media_type(request: Request, media_types: Collection[str]) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    if media_type.strip() not in media_types or charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMediaType(f"the body must be {' or '.join(sorted(media_types))} in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("the body must come without Content-Encoding")
