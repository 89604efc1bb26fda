"""From a record's texts to a product's values, or to the reasons why not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from catalogue.importing.errors import LONGEST_SHOWN_VALUE, Refusal
from catalogue.importing.mapping import PARENT_CATEGORY, REQUIRED_FIELDS, Mapping
from catalogue.importing.numbers import parse_number
from catalogue.importing.records import Record
from catalogue.importing.slugs import Labels

LONGEST_TEXT = {"sku": 64, "name": 300, "description": 20_000, "image_url": 2_000}
HIGHEST_PRICE = Decimal("9999999999.99")
HIGHEST_INTEGER = 2_147_483_647
EMPTY_VALUES = {"description": "", "stock": "0", "rating": "0", "review_count": "0", "image_url": None}
"""What an empty cell of an optional field means; None is NULL."""

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CENTS = Decimal("0.01")
_PLAIN_PRICE = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_PLAIN_RATING = re.compile(r"[0-4](?:\.[0-9]{1,2})?")
_PLAIN_INTEGER = re.compile(r"[0-9]{1,9}")

Value = str | None
"""A value as PostgreSQL reads it; None is NULL."""
Cells = list[str]
Convert = Callable[[str, Cells], str]
"""From a field's text, and the record it is in, to its value."""


class _RefusedError(Exception):
    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message


@dataclass(frozen=True)
class ProductRow:
    """A valid row: the line it starts on and its values, in the order of `RowValidator.fields`."""

    line: int
    values: list[Value]


@dataclass(frozen=True)
class _Cell:
    """How one field of a row is read; `position` None: a constant."""

    name: str
    column: str
    position: int | None
    constant: str
    default: str
    values: dict[str, str]

    def text(self, cells: list[str]) -> str:
        text = self.constant if self.position is None else cells[self.position].strip()
        return (self.values.get(text, text) if self.values else text) or self.default


class RowValidator:
    """Checks records of one file against a complete mapping."""

    def __init__(
        self, mapping: Mapping, columns: tuple[str, ...], *, categories: Labels, brands: Labels
    ) -> None:
        self.fields = mapping.fields()
        self._mapping, self._columns = mapping, columns
        self._categories, self._brands = categories, brands
        self._plain = mapping.decimal != "comma"
        self._parent = self._cell(PARENT_CATEGORY)
        self._cells = [(self._cell(name), self._converter(name)) for name in self.fields]

    def check(self, record: Record) -> ProductRow | list[Refusal]:
        """The values of a record, or every reason to refuse it."""
        cells = record.cells
        if _is_fit("".join(cells)):
            try:
                values = [_value(cell, convert, cells) for cell, convert in self._cells]
            except _RefusedError:
                return self._check_each(record)
            return ProductRow(record.line, values)
        return self._check_each(record)

    def _check_each(self, record: Record) -> ProductRow | list[Refusal]:
        refusals: list[Refusal] = []
        values: list[Value] = []
        for cell, convert in self._cells:
            text = cell.text(record.cells)
            try:
                if cell.name == "category":
                    _require_fit(self._parent.text(record.cells))
                _require_fit(text)
                values.append(_value(cell, convert, record.cells))
            except _RefusedError as refused:
                shown = text[:LONGEST_SHOWN_VALUE].encode(errors="replace").decode().replace("\x00", "?")
                refusals.append(Refusal(record.line, cell.column, shown, refused.code, refused.message))
        return refusals or ProductRow(record.line, values)

    def _cell(self, name: str) -> _Cell:
        column = self._mapping.columns.get(name)
        return _Cell(
            name=name,
            column=column or name,
            position=None if column is None else self._columns.index(column),
            constant=self._mapping.constants.get(name, ""),
            default=self._mapping.defaults.get(name, ""),
            values=self._mapping.values.get(name, {}),
        )

    def _converter(self, name: str) -> Convert:
        converters: dict[str, Convert] = {
            "price": self._money,
            "stock": self._integer,
            "review_count": self._integer,
            "rating": self._rating,
            "currency": _currency,
            "brand": self._brand_slug,
            "category": self._category_slug,
            "name": lambda text, _: _short(" ".join(text.split()), LONGEST_TEXT["name"]),
        }
        longest = LONGEST_TEXT.get(name, HIGHEST_INTEGER)
        return converters.get(name, lambda text, _: _short(text, longest))

    def _money(self, text: str, _: Cells) -> str:
        if self._plain and _PLAIN_PRICE.fullmatch(text):
            return text
        price = self._number(text)
        if not 0 <= price <= HIGHEST_PRICE:
            raise _RefusedError("out_of_range", f"a price is from 0 to {HIGHEST_PRICE}")
        if price != price.quantize(_CENTS):
            raise _RefusedError("too_many_decimals", "a price has at most two decimals")
        return f"{price:.2f}"

    def _rating(self, text: str, _: Cells) -> str:
        if self._plain and _PLAIN_RATING.fullmatch(text):
            return text
        rating = self._number(text)
        if not 0 <= rating <= 5:
            raise _RefusedError("out_of_range", "a rating is from 0 to 5")
        return str(rating.quantize(_CENTS, ROUND_HALF_EVEN))

    def _integer(self, text: str, _: Cells) -> str:
        if _PLAIN_INTEGER.fullmatch(text):
            return text
        number = self._number(text)
        if number != number.to_integral_value():
            raise _RefusedError("not_an_integer", "this is no whole number")
        if not 0 <= number <= HIGHEST_INTEGER:
            raise _RefusedError("out_of_range", f"this is from 0 to {HIGHEST_INTEGER}")
        return str(int(number))

    def _number(self, text: str) -> Decimal:
        number = parse_number(text, self._mapping.decimal)
        if number is None:
            raise _RefusedError("not_a_number", "this is no number")
        return number

    def _category_slug(self, text: str, cells: Cells) -> str:
        slug = self._categories.slug_for(text, self._parent.text(cells))
        if slug is None:
            raise _RefusedError("unknown_category", "there is no such category")
        return slug

    def _brand_slug(self, text: str, _: Cells) -> str:
        slug = self._brands.slug_for(text)
        if slug is None:
            raise _RefusedError("unknown_brand", "there is no such brand")
        return slug


def checked_rows(
    rows: Iterator[Record | Refusal | None], validator: RowValidator
) -> Iterator[ProductRow | list[Refusal] | None]:
    """Each row of a file, checked; a record that is malformed keeps its refusal, a blank one stays None."""
    for row in rows:
        if isinstance(row, Record):
            yield validator.check(row)
        else:
            yield None if row is None else [row]


def _value(cell: _Cell, convert: Convert, cells: Cells) -> Value:
    text = cell.text(cells)
    if text:
        return convert(text, cells)
    if cell.name in REQUIRED_FIELDS:
        raise _RefusedError("missing", f"{cell.name} is empty")
    return EMPTY_VALUES[cell.name]


def _is_fit(text: str) -> bool:
    return "\x00" not in text if text.isascii() else _UNFIT.search(text) is None


def _require_fit(text: str) -> None:
    if not _is_fit(text):
        raise _RefusedError("not_unicode", "the text holds NUL, or bytes that are no text in its encoding")


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise _RefusedError("too_long", f"this has {len(text)} characters, at most {longest} are allowed")
    return text


def _currency(text: str, _: Cells) -> str:
    currency = text.upper()
    if not _CURRENCY.fullmatch(currency):
        raise _RefusedError("not_a_currency", "a currency is three letters, such as EUR")
    return currency
