"""What a body's value may be: strict types with their bounds, described for OpenAPI.

Nothing is converted: "5" is no number, `true` neither, and nothing is cut off.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from catalogue.listing.values import MAX_BIGINT, BadValue, day

PLAIN_TEXT = r"^[^\x00]*$"
"""Any text. NUL is refused before a field's own bounds are looked at; here it stands for the documentation."""

_VISIBLE_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"
MAX_INTEGER = 2**31 - 1
_CENT, _NOISE, _LARGE = Decimal("0.01"), Decimal("1e-9"), Decimal("1e12")
_day = day()


class WriteBody(BaseModel):
    """Base of what clients send. Fields without a default are required; what is not declared is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def all_optional(name: str, body: type[WriteBody], **more: Any) -> type[WriteBody]:
    """The body of a PATCH: every field of `body`, and `more` (name to type), may be left out.

    A default is never checked, so `null` stays refused where it was.
    """
    fields: dict[str, Any] = {
        field: (declared.rebuild_annotation(), None) for field, declared in body.model_fields.items()
    }
    fields |= {field: (kind, None) for field, kind in more.items()}
    return create_model(name, __base__=WriteBody, **fields)


def text(max_length: int) -> Any:
    """The bounds of a text that shows something, not only space."""
    return Field(min_length=1, max_length=max_length, pattern=_VISIBLE_TEXT)


def _cents(maximum: float) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "number", "minimum": 0, "maximum": maximum, "description": "at most 2 decimals"}
    )


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("not_a_number", "must be a number")
    exact = Decimal(repr(value))
    cents = exact.quantize(_CENT) if abs(exact) < _LARGE else exact
    # 0.1 + 0.2 is 0.30000000000000004 in every program that counts in binary: that is 0.30.
    return cents if abs(exact - cents) < _NOISE else exact


def _whole(value: object) -> object:
    """JSON knows one kind of number: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _date(value: object) -> date:
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_date", "must be a date such as 2026-05-31")
    try:
        parsed = _day.parse(value)
    except BadValue as bad:
        raise PydanticCustomError("not_a_date", "must be a date such as 2026-05-31") from bad
    return date.fromisoformat(str(parsed))


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(ge=0, le=Decimal("9999999999.99"), decimal_places=2),
    _cents(9_999_999_999.99),
]
"""Money or kilos: exact, with at most two decimals."""

Rating = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=0, le=Decimal(5), decimal_places=2), _cents(5)
]
Day = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Reference = Annotated[StrictInt, Field(ge=1, le=MAX_BIGINT), BeforeValidator(_whole)]
Quantity = Annotated[StrictInt, Field(ge=1, le=1_000_000), BeforeValidator(_whole)]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_INTEGER), BeforeValidator(_whole)]
Currency = Annotated[StrictStr, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
Slug = Annotated[StrictStr, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
