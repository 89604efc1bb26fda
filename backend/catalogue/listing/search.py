"""How a collection declares that it can be searched: the filter `q` and the sort `relevance`."""

from typing import Any

from sqlalchemy import REAL, ColumnElement, Integer, Text, bindparam, cast, func, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from catalogue.listing.declaration import COMMON, Column, Condition, Filter, Parameter, Search, Sort
from catalogue.listing.search_terms import MAX_CHARACTERS, parse_terms, text_query
from catalogue.listing.search_text import SearchText
from catalogue.listing.values import Value

_PREFIX_END = "\U0010ffff"


def search_filter(vector: Column, *, code: Column | None = None) -> Filter:
    """`q` over a `tsvector` column, and over a code column (SKU, reference) by prefix."""

    def matches(_: Parameter) -> Condition:
        found = vector.op("@@")(_query())
        return found if code is None else or_(found, _has_prefix(code))

    def walked(parameter: Parameter) -> Condition:
        # The same to us; PostgreSQL does not look it up in an index, and so walks the index of the sort.
        return matches(parameter).is_(True)

    def declared(name: str, condition: Any, common: Filter | None) -> Filter:
        return Filter(
            name=name,
            value=Value(parse=str, sql_type=Text(), schema={"type": "string"}),
            condition=condition,
            description='words; "a phrase"; -without; OR; the last word matches as a prefix',
            prepare=_prepare,
            search=Search(vector=vector, code=code),
            common=common,
        )

    return declared("q", matches, declared(f"q{COMMON}", walked, None))


def relevance_sort(
    vector: ColumnElement[Any], *, code: ColumnElement[Any] | None = None, common: str | None = None
) -> Sort:
    """Best matches first; a code that was typed goes before any text.

    `common` names the sort that stands in for it where so many rows match that ranking them all would take long,
    as written in a query: `-review_count`. Without one they are all ranked.
    """
    rank: ColumnElement[Any] = -func.ts_rank(vector, _query())
    if code is not None:
        rank -= func.coalesce(cast(_has_prefix(code), Integer), 0)
    return Sort(name="relevance", expression=cast(rank, REAL), needs="q", common=common)


def _prepare(value: str | SearchText) -> dict[str, object] | None:
    typed = value.typed if isinstance(value, SearchText) else value
    query = value.query if isinstance(value, SearchText) else text_query(parse_terms(value))
    if query is None:
        return None
    code = typed_code(typed)
    return {"q": query, "q_code": code, "q_code_end": code + _PREFIX_END}


def typed_code(text: str) -> str:
    """What was typed, as a code that may begin with it."""
    return text.strip().upper()[:MAX_CHARACTERS].replace("\x00", "")


def _query() -> ColumnElement[Any]:
    return func.to_tsquery("simple", bindparam("q", type_=Text()), type_=TSQUERY())


def _has_prefix(code: Column) -> Condition:
    start, end = (bindparam(name, type_=Text()) for name in ("q_code", "q_code_end"))
    return (code >= start) & (code < end)
