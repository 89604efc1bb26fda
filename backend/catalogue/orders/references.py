"""The reference of an order whose client gives none."""

import secrets
from datetime import UTC, datetime

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
"""Crockford's base 32: no letter looks like a digit, so that it can be read out."""

_LENGTH = 8


def new_reference() -> str:
    """The day and eight random letters, as in `20261202-7F3K9Q2M`: a day holds 10¹² of them."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{datetime.now(UTC):%Y%m%d}-{letters}"
