"""The `q` parameter: what people type, as a PostgreSQL text query that never raises.

Words are ANDed, `"…"` is a phrase, `-word` excludes, `OR` is allowed and the last word matches as a prefix.
Each word goes to PostgreSQL's own parser quoted, so that punctuation inside it is split as it was in the index.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import REAL, ColumnElement, Integer, Text, bindparam, cast, func, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from catalogue.listing.declaration import Column, Condition, Filter, Parameter, Sort
from catalogue.listing.values import Value

MAX_WORDS = 16
MAX_CHARACTERS = 200
_TOKENS = re.compile(r'-?"[^"]*"?|\S+')
_WORD = re.compile(r"\w")
_PREFIX_END = "\U0010ffff"


def text_query(text: str) -> str | None:
    """Translate what was typed into `to_tsquery` syntax; None when it holds no word to look for."""
    groups: list[list[str]] = [[]]
    tokens = _TOKENS.findall(_fold(text[:MAX_CHARACTERS]))[:MAX_WORDS]
    for index, token in enumerate(tokens):
        if token == "OR":  # noqa: S105 - a word of the query language
            groups.append([])
        elif (term := _term(token, last=index == len(tokens) - 1)) is not None:
            groups[-1].append(term)
    alternatives = [" & ".join(group) for group in groups if group]
    return " | ".join(f"({alternative})" for alternative in alternatives) or None


def search_filter(vector: Column, *, code: Column | None = None) -> Filter:
    """`q` over a `tsvector` column, and over a code column (SKU, reference) by prefix."""

    def condition(_: Parameter) -> Condition:
        found = vector.op("@@")(_query())
        return found if code is None else or_(found, _has_prefix(code))

    return Filter(
        name="q",
        value=Value(parse=str, sql_type=Text(), schema={"type": "string"}),
        condition=condition,
        description='words; "a phrase"; -without; OR; the last word matches as a prefix',
        prepare=_prepare,
    )


def relevance_sort(vector: ColumnElement[Any], *, code: ColumnElement[Any] | None = None) -> Sort:
    """Best matches first; a code that was typed goes before any text."""
    rank: ColumnElement[Any] = -func.ts_rank(vector, _query())
    if code is not None:
        rank -= func.coalesce(cast(_has_prefix(code), Integer), 0)
    return Sort(name="relevance", expression=cast(rank, REAL), needs="q")


def _prepare(text: str) -> dict[str, object] | None:
    query = text_query(text)
    if query is None:
        return None
    code = text.strip().upper()[:MAX_CHARACTERS].replace("\x00", "")
    return {"q": query, "q_code": code, "q_code_end": code + _PREFIX_END}


def _query() -> ColumnElement[Any]:
    return func.to_tsquery("simple", bindparam("q", type_=Text()), type_=TSQUERY())


def _has_prefix(code: Column) -> Condition:
    start, end = (bindparam(name, type_=Text()) for name in ("q_code", "q_code_end"))
    return (code >= start) & (code < end)


def _term(token: str, *, last: bool) -> str | None:
    excluded = token.startswith("-") and len(token) > 1
    token = token[1:] if excluded else token
    phrase = token.startswith('"')
    word = token.strip('"')
    if not _WORD.search(word):
        return None
    quoted = "'" + word.replace("\\", " ").replace("'", " ") + "'"
    if last and not phrase and not excluded:
        return f"{quoted}:*"
    return f"!{quoted}" if excluded else quoted


def _fold(text: str) -> str:
    """As `catalogue_fold` does in the database: compatibility forms, no combining marks, no NUL."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f" and letter != "\x00")
