"""Query strings, taken apart strictly: what is unknown, said twice or no Unicode is refused, never ignored."""

from collections.abc import Collection
from urllib.parse import parse_qsl

from catalogue.errors import FieldError, ValidationFailed

MAX_PARAMETERS = 250
_MOST_NAMED = 20
_LONGEST_NAME = 50


def split_parameters(query_string: bytes) -> list[tuple[str, str]]:
    """Names and values in their order. Raises ValidationFailed where they are no Unicode or too many."""
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise ValidationFailed(FieldError("query", "not_unicode", "must be UTF-8")) from None
    except ValueError:
        wrong = FieldError("query", "too_many", f"must have at most {MAX_PARAMETERS} parameters")
        raise ValidationFailed(wrong) from None


def only_parameters(query_string: bytes, takes: Collection[str] = ()) -> dict[str, str]:
    """The parameters of an address that takes these and no others, each once. Raises ValidationFailed."""
    pairs = split_parameters(query_string)
    given = dict(pairs)
    errors = [
        FieldError(f"query.{name[:_LONGEST_NAME]}", "unknown_parameter", "is not a parameter of this call")
        for name in given
        if name not in takes
    ]
    names = [name for name, _ in pairs]
    errors += [
        FieldError(f"query.{name}", "repeated", "must be given once")
        for name in takes
        if names.count(name) > 1
    ]
    if errors:
        raise ValidationFailed(*errors[:_MOST_NAMED])
    return given
