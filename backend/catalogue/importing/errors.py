"""What can be wrong with a file, and with a row of it.

ImportFileError    the file as a whole cannot be imported; nothing was changed
Refusal            one value of one row is refused; the row is left out
"""

from dataclasses import dataclass

LONGEST_SHOWN_VALUE = 200


class ImportFileError(ValueError):
    """The file or its mapping is not usable; the text says why, on one line."""


@dataclass(frozen=True)
class Refusal:
    """Why a row is refused: the file's line its record starts on (from 1), column, value, code, a sentence.

    Codes: missing, too_long, not_a_number, not_an_integer, out_of_range, too_many_decimals, not_a_currency,
    duplicate_sku, unknown_category, unknown_brand, wrong_field_count, not_json, not_text, not_unicode.
    """

    line: int
    column: str
    value: str
    code: str
    message: str
