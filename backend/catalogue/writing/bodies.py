"""Bodies of writes: JSON in, the columns' new values out, or one answer that names everything wrong."""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import ValidationError

from catalogue.edge.json_body import field_errors
from catalogue.errors import FieldError, ValidationFailed
from catalogue.writing.values import WriteBody

Body = TypeVar("Body", bound=WriteBody)


def checked(model: type[Body], parsed: object, *, server_owned: Collection[str], where: str = "body") -> Body:
    """The body as `model`. Raises ValidationFailed, which tells a server's field from one that nobody knows."""
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        raise ValidationFailed(
            *(_named(found, server_owned) for found in field_errors(error, where=where))
        ) from None


def whole(body: WriteBody) -> dict[str, Any]:
    """Every field's value, with the default where the client gave none."""
    return {name: getattr(body, name) for name in type(body).model_fields}


def given(body: WriteBody) -> dict[str, Any]:
    """Only what the client gave."""
    return {name: getattr(body, name) for name in type(body).model_fields if name in body.model_fields_set}


def _named(error: FieldError, server_owned: Collection[str]) -> FieldError:
    if error.code != "extra_forbidden":
        return error
    if error.where.rpartition(".")[2] in server_owned:
        return FieldError(error.where, "server_owned", "is set by the server")
    return FieldError(error.where, "unknown_field", "is not a field of this body")
