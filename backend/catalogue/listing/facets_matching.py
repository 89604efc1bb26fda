"""Facets under filters that cells cannot tell apart (`q`, ids, an odd price): the matching rows themselves, bounded.

Few matching rows are all counted. Of many, those on some pages all over the table are, scaled up. Either way
one pass counts every facet: grouping sets, with a mark on each row for every filter that some facet leaves out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    tuple_,
)
from sqlalchemy import true as sql_true
from sqlalchemy.sql import FromClause

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import conditions, matching_shape
from catalogue.listing.declaration import Collection
from catalogue.listing.facets import Facet
from catalogue.listing.list_request import FilterShape, ListRequest

MAX_MATCHES = 4_000
_ID = "matching_id"
SAMPLED_PAGES = 300
SMALLEST_SAMPLE = 0.25
"""Where most rows match, this part of the sampled pages is enough."""

_SPREAD: ColumnElement[Any] = literal_column(
    "(number * 0.6180339887498949::float8 - floor(number * 0.6180339887498949::float8))"
)
"""Multiples of the golden ratio lie evenly between 0 and 1, and are the same each time: the sampled pages stay in memory,
and the same question gets the same answer."""


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Counts of the rows that were looked at, which have these `ids` unless they are a sample.

    `scale` is by how much to multiply them for the whole table.
    """

    scale: float
    looked_at: int
    total: int
    by_facet: Mapping[str, Mapping[object, int]]
    ids: Sequence[int]


def common_request(request: ListRequest) -> ListRequest:
    """The request with only the filters that the counts of every asked facet obey."""
    own = {name for facet in _facets(request.collection, request.facets) for name in facet.filter_names}
    kept = {name: found for name, found in request.filters.items() if name not in own}
    return replace(request, filters=kept)


def matching_statement(request: ListRequest, *, sampled: bool) -> Statement:
    """One JSON text, to be read by `match_counts`. A sample wants `sampled_pages` bound."""
    return _statement(request.collection, request.facets, matching_shape(request), sampled)


def match_counts(request: ListRequest, answer: str) -> MatchCounts:
    """Read the answer of `matching_statement`."""
    scale, rows, ids = orjson.loads(answer)
    facets = _facets(request.collection, request.facets)
    width = len(facets) + len(_marked(facets, request.filters))
    everything = (1 << width) - 1
    every_mark = (1 << width) - (1 << (width - len(facets)))
    by_facet: dict[str, dict[object, int]] = {facet.name: {} for facet in facets}
    looked_at = total = 0
    for absent, *values, count in rows:
        place = next((place for place in range(len(facets)) if not absent >> (width - 1 - place) & 1), None)
        if place is not None:
            by_facet[facets[place].name][values[place]] = count
        if absent == everything:
            looked_at = count
        if absent == every_mark:
            total = count
    return MatchCounts(float(scale), looked_at, total, by_facet, ids or ())


def _facets(collection: Collection, names: tuple[str, ...]) -> list[Facet]:
    return [collection.facet_by_name[name] for name in names]


def _marked(facets: Sequence[Facet], filters: Mapping[str, object]) -> list[Facet]:
    """The facets whose own filters the request has."""
    return [facet for facet in facets if any(name in filters for name in facet.filter_names)]


@lru_cache(maxsize=1_000)
def _statement(
    collection: Collection,
    names: tuple[str, ...],
    shape: FilterShape,
    sampled: bool,  # noqa: FBT001 - part of the cache's key
) -> Statement:
    facets = _facets(collection, names)
    marked = _marked(facets, dict(shape))
    own = {filter_name for facet in facets for filter_name in facet.filter_names}
    values = [facet.row_value().label(facet.dimension) for facet in facets]
    marks = [
        func.coalesce(
            and_(*conditions(collection, tuple(part for part in shape if part[0] in facet.filter_names))),
            literal_column("false"),
        ).label(_mark(facet))
        for facet in marked
    ]
    where = conditions(collection, tuple(part for part in shape if part[0] not in own))
    found = (
        select(*values, *marks, collection.column("id").label(_ID))
        .select_from(collection.model)
        .where(*where)
    )
    ids: ColumnElement[Any] = null()
    if sampled:
        matching, scale = _sample(collection, found)
    else:
        matching = found.limit(literal_column(str(MAX_MATCHES + 1))).cte("matching")
        scale = literal_column("1")
        ids = select(func.json_agg(matching.c[_ID])).scalar_subquery()
    rows = _counted(matching, facets, marked).subquery("counted")
    listed = select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()
    return compile_statement(select(func.json_build_array(scale, listed, ids).cast(Text)))


def _counted(matching: FromClause, facets: Sequence[Facet], marked: Sequence[Facet]) -> Select[Any]:
    """For each facet its values under the marks of the others; then all rows, with every mark and without."""
    values = {facet.name: matching.c[facet.dimension] for facet in facets}
    marks = {facet.name: matching.c[_mark(facet)] for facet in marked}
    sets = [
        tuple_(value, *(mark for other, mark in marks.items() if other != name))
        for name, value in values.items()
    ]
    if marks:
        sets.append(tuple_(*marks.values()))
    columns = [*values.values(), *marks.values()]
    return (
        select(
            func.grouping(*columns).label("absent"),
            *(value.label(f"value_{place}") for place, value in enumerate(values.values())),
            func.count().label("rows"),
        )
        .group_by(func.grouping_sets(*sets, literal_column("()")))
        .having(and_(sql_true(), *(func.coalesce(mark, literal_column("true")) for mark in marks.values())))
    )


def _mark(facet: Facet) -> str:
    return f"{facet.name}_passes"


def _sample(collection: Collection, found: Select[Any]) -> tuple[FromClause, ColumnElement[Any]]:
    """The rows of `found` that lie on some pages of the table, and how many times more pages there are."""
    table = collection.model.__tablename__
    size: ColumnElement[Any] = literal_column(
        f"(pg_relation_size('{table}') / current_setting('block_size')::bigint)"
    )
    numbers = func.generate_series(1, bindparam("sampled_pages", type_=Integer())).alias("number")
    pages = select(func.floor(_SPREAD * size).label("page")).distinct().select_from(numbers).cte("pages")
    place: ColumnElement[Any] = literal_column(f"{table}.ctid")
    first, beyond = (_page_start(number) for number in (0, 1))
    on_page = (
        found.where(place >= first, place < beyond)
        .correlate(pages)
        .offset(literal_column("0"))
        .lateral("on_page")
    )
    matching = select(*on_page.c).select_from(pages.join(on_page, sql_true())).subquery("matching")
    return matching, size / select(func.count()).select_from(pages).scalar_subquery()


def _page_start(further: int) -> ColumnElement[Any]:
    return literal_column(f"('(' || pages.page::bigint + {further} || ',0)')::tid")
