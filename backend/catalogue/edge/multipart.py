"""Multipart forms with one file, read strictly. The file goes to an unnamed temporary file as it comes in."""

import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from catalogue.errors import (
    BadRequest,
    FieldError,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)

FILE_FIELD = "file"
OVERHEAD_BYTES = 262_144
"""What a form may have besides its file."""

_MAX_FIELDS = 20
_MAX_FIELD_BYTES = 65_536
_LONGEST_NAME = 255
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """A file with the name the client gave it, without any folder, its size, and the other fields as texts."""

    file: UploadFile
    file_name: str
    size_bytes: int
    fields: dict[str, str]


@asynccontextmanager
async def multipart_form(
    request: Request, *, fields: Collection[str], max_file_bytes: int
) -> AsyncIterator[Form]:
    """Read a form that has the field `file` and may have `fields`; the temporary file ends with the context.

    Raises:
        UnsupportedMediaType, BadRequest, PayloadTooLarge, ValidationFailed: It is no such form.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        raise UnsupportedMediaType("the body must be multipart/form-data")
    reading = request.form(max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    try:
        form = await reading
    except HTTPException as error:
        raise BadRequest("the multipart body is malformed") from error
    try:
        yield _checked(form, fields, max_file_bytes)
    finally:
        await form.close()


def _checked(form: FormData, fields: Collection[str], max_file_bytes: int) -> Form:
    names = [name for name, _ in form.multi_items()]
    errors = [
        FieldError(f"body.{name[:50]}", "unknown_field", "is not a field of this form")
        for name in sorted(set(names) - {FILE_FIELD, *fields})
    ]
    errors += [
        FieldError(f"body.{name}", "repeated", "must be given once")
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name in fields}
    errors += [
        FieldError(f"body.{name}", "not_text", "must not be a file")
        for name in sorted(set(names) & set(fields) - set(texts))
    ]
    file = form.get(FILE_FIELD)
    if not isinstance(file, UploadFile):
        raise ValidationFailed(*errors, FieldError(f"body.{FILE_FIELD}", "missing", "a file is needed"))
    file_name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    errors += _name_errors(file_name)
    if errors:
        raise ValidationFailed(*errors)
    return Form(file, file_name, _size(file, max_file_bytes), texts)


def _name_errors(file_name: str) -> list[FieldError]:
    where = f"body.{FILE_FIELD}"
    if not file_name.strip():
        return [FieldError(where, "missing_name", "the file must have a name")]
    if len(file_name) > _LONGEST_NAME:
        return [FieldError(where, "name_too_long", f"its name must have at most {_LONGEST_NAME} characters")]
    if _CONTROL.search(file_name):
        return [FieldError(where, "invalid_character", "its name must not hold control characters")]
    return []


def _size(file: UploadFile, max_file_bytes: int) -> int:
    size = file.size or 0
    if size > max_file_bytes:
        raise PayloadTooLarge(
            f"a file may have at most {max_file_bytes} bytes",
            errors=(FieldError(f"body.{FILE_FIELD}", "too_large", f"has {size} bytes"),),
        )
    if size == 0:
        raise ValidationFailed(FieldError(f"body.{FILE_FIELD}", "empty", "the file is empty"))
    return size
