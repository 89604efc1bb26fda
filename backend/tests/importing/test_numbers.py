from decimal import Decimal

import pytest

from catalogue.importing.mapping import DecimalStyle
from catalogue.importing.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("12", "auto", "12"),
        ("12.5", "auto", "12.5"),
        ("1.234", "auto", "1.234"),
        ("265,0", "auto", "265.0"),
        ("0,125", "auto", "0125"),
        ("1,050", "auto", "1050"),
        ("1,234,567", "auto", "1234567"),
        ("1.234.567", "auto", "1234567"),
        ("1.234,50", "auto", "1234.50"),
        ("1,234.50", "auto", "1234.50"),
        ("Dhs 1,050", "auto", "1050"),
        ("Rs. 99", "auto", "99"),
        ("€ 12,90", "auto", "12.90"),
        ("12 EUR", "auto", "12"),
        ("1 234,50", "auto", "1234.50"),
        ("1\u202f234,50", "auto", "1234.50"),
        ("1'234.50", "auto", "1234.50"),
        ("-3", "auto", "-3"),
        ("1.234", "comma", "1234"),
        ("265,0", "comma", "265.0"),
        ("2095,125", "comma", "2095.125"),
        ("1,234", "point", "1234"),
        ("1,234.5", "point", "1234.5"),
    ],
)
def test_number_is_read(text: str, style: DecimalStyle, number: str) -> None:
    assert parse_number(text, style) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "NaN",
        "Infinity",
        "1e400",
        "1.2.3,4",
        "12,34,56",
        "--1",
        "1 2",
        "0x10",
        "٣",
        "9" * 41,
        "1,,2",
        ".",
    ],
)
def test_text_that_is_no_number_is_none(text: str) -> None:
    assert parse_number(text, "auto") is None
