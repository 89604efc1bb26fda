"""Numbers as people write them: `1,050`, `1.234,50`, `265,0`, `Dhs 1,050`, `€ 12`."""

import re
from decimal import Decimal

from catalogue.importing.mapping import DecimalStyle

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_DRESSED = re.compile(
    r"(?:[^\W\d_]{1,5}\.?|[^\w\s.,+'-]{1,3})?\s*"  # a currency in front
    r"([+-]?[0-9][0-9.,'\u2019\s]*)"  # \s also knows the narrow spaces that group digits
    r"\s*(?:[^\W\d_]{1,5}\.?|[^\w\s.,+'-]{1,3})?"  # or behind
)
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:([.,'\u2019]|\s)[0-9]{3})(?:\1[0-9]{3})*")
_SPACES = re.compile(r"['\u2019\s]")
_LONGEST_NUMBER = 40


def parse_number(text: str, style: DecimalStyle) -> Decimal | None:
    """The number a text shows, without its currency; None when it shows none.

    `comma` and `point` say what separates the decimals; `auto` decides for each text: of two different
    separators the last one does, a separator that occurs twice does not, a single comma before exactly three
    digits does not (`1,050`), any other single one does (`265,0`, `1.234`).
    """
    if style != "comma" and _PLAIN.fullmatch(text):
        return Decimal(text)
    if len(text) > _LONGEST_NUMBER or (dressed := _DRESSED.fullmatch(text)) is None:
        return None
    number = dressed[1].strip()
    mark = _decimal_mark(number, style)
    whole, _, decimals = number.rpartition(mark) if mark and mark in number else (number, "", "")
    if decimals and not decimals.isdecimal():
        return None
    digits = _digits(whole)
    return None if digits is None else Decimal(f"{digits}.{decimals or 0}")


def _decimal_mark(number: str, style: DecimalStyle) -> str:
    if style != "auto":
        return "," if style == "comma" else "."
    marks = [character for character in number if character in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if marks.count(last) > 1:
        return ""
    if len(marks) > 1:
        return last
    return "" if last == "," and _GROUPS.fullmatch(number) else last


def _digits(whole: str) -> str | None:
    """The digits before the decimals, if they stand alone or in proper groups of three."""
    if whole.lstrip("+-").isdecimal():
        return whole
    if _GROUPS.fullmatch(whole):
        return re.sub(r"[.,]", "", _SPACES.sub("", whole))
    return None
