"""What a parameter's text may be: parsed strictly, described for OpenAPI, typed for PostgreSQL.

`parse` raises `BadValue` with a stable code and a sentence; it never lets a value through that PostgreSQL
would refuse.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text
from sqlalchemy.types import TypeEngine

MAX_BIGINT = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?[0-9]*([Zz]|[+ -][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)


class BadValue(Exception):
    """A text that is no acceptable value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, eq=False)
class Value:
    """One kind of value: its parser, its PostgreSQL type and its JSON schema."""

    parse: Callable[[str], object]
    sql_type: TypeEngine[Any]
    schema: dict[str, object]


def integer(minimum: int = -MAX_BIGINT - 1, maximum: int = MAX_BIGINT) -> Value:
    def parse(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise BadValue("not_an_integer", "must be a whole number of at most 64 bits")
        return int(_within(int(text), minimum, maximum))

    schema = {"type": "integer", "format": "int64", "minimum": minimum, "maximum": maximum}
    return Value(parse, BigInteger(), schema)


def number(minimum: int, maximum: int) -> Value:
    def parse(text: str) -> Decimal:
        if len(text) > 40 or not _NUMBER.fullmatch(text):
            raise BadValue("not_a_number", "must be a decimal number such as 12.50")
        try:
            parsed = Decimal(text)
        except InvalidOperation:
            raise BadValue("not_a_number", "must be a decimal number such as 12.50") from None
        return Decimal(_within(parsed, minimum, maximum))

    return Value(parse, Numeric(), {"type": "number", "minimum": minimum, "maximum": maximum})


def word(max_length: int) -> Value:
    def parse(text: str) -> str:
        if not text:
            raise BadValue("too_short", "must not be empty")
        if len(text) > max_length:
            raise BadValue("too_long", f"must have at most {max_length} characters")
        if "\x00" in text:
            raise BadValue("invalid_character", "must not hold NUL characters")
        return text

    schema = {"type": "string", "minLength": 1, "maxLength": max_length, "pattern": r"^[^\u0000]+$"}
    return Value(parse, Text(), schema)


def choice(kind: type[StrEnum], sql_type: TypeEngine[str]) -> Value:
    allowed = [member.value for member in kind]

    def parse(text: str) -> str:
        if text not in allowed:
            raise BadValue("not_a_choice", f"must be one of {', '.join(allowed)}")
        return text

    return Value(parse, sql_type, {"type": "string", "enum": allowed})


def flag() -> Value:
    def parse(text: str) -> bool:
        if text not in {"true", "false"}:
            raise BadValue("not_a_boolean", "must be true or false")
        return text == "true"

    return Value(parse, Boolean(), {"type": "boolean"})


def instant() -> Value:
    """An RFC 3339 time; without an offset it is UTC; a plain date is its midnight UTC."""

    def parse(text: str) -> datetime:
        try:
            return _instant(text)
        except (ValueError, OverflowError):
            raise BadValue("not_a_time", "must be a time such as 2026-05-31T12:00:00Z, or a date") from None

    return Value(parse, DateTime(timezone=True), {"type": "string", "format": "date-time"})


def day() -> Value:
    def parse(text: str) -> date:
        try:
            return _day(text)
        except ValueError:
            raise BadValue("not_a_date", "must be a date such as 2026-05-31") from None

    return Value(parse, Date(), {"type": "string", "format": "date"})


def _instant(text: str) -> datetime:
    if _DAY.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(_plus_restored(text))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _plus_restored(text: str) -> str:
    """Undo what form decoding does to an unescaped `+` before an offset, and cut digits below microseconds."""
    text = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)
    if len(text) > 19 and text[-6] == " ":
        text = f"{text[:-6]}+{text[-5:]}"
    return text.upper()


def _within(value: int | Decimal, minimum: int, maximum: int) -> int | Decimal:
    if value < minimum:
        raise BadValue("greater_than_equal", f"must be at least {minimum}")
    if value > maximum:
        raise BadValue("less_than_equal", f"must be at most {maximum}")
    return value
