"""Landmarks: rows of a list whose numbers the cells tell exactly, and the shortest way from one of them to a page.

The first and the last row are landmarks of every list. Where it is sorted by a facet's ranges (price, rating), so is
the row at each edge of a range.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from catalogue.listing.cells_view import CellView
from catalogue.listing.declaration import Collection, Sort
from catalogue.listing.facets import RangeFacet
from catalogue.listing.list_request import ListRequest
from catalogue.listing.route import Route


@dataclass(frozen=True, slots=True)
class Landmark:
    """`rank` rows of the list lie before it, and `table_rank` rows of the whole table.

    The rows from it on begin at the first key `onward`, those before it, backwards, at `back`; None at an end.
    """

    rank: int
    table_rank: int
    onward: object = None
    back: object = None


def landmarks(
    request: ListRequest, view: CellView, restrictions: Mapping[str, Sequence[object]]
) -> list[Landmark]:
    """In the order of the list, the first and the last row among them."""
    total, table_total = view.counter.total(restrictions), view.counter.total({})
    facet = _leading_facet(request.collection, request.sort[0][0])
    edges = [] if facet is None else _edges(request, facet, view, restrictions)
    return [Landmark(0, 0), *edges, Landmark(total, table_total)]


def shortest_route(request: ListRequest, marks: Sequence[Landmark]) -> Route:
    """The way to the rows of a page and one row more, as far as the list has them."""
    first, total = request.offset or 0, marks[-1].rank
    beyond = min(first + request.limit + 1, total)
    rows = max(beyond - first, 0)
    onward = [
        _from_edge(mark.onward, first - mark.rank, rows, backward=False)
        for mark in marks
        if mark.rank <= first
    ]
    back = [
        _from_edge(mark.back, mark.rank - beyond, rows, backward=True)
        for mark in marks[1:]
        if mark.rank >= beyond
    ]
    ways = back if rows == 0 else [*onward, *back]
    return min(ways, key=lambda way: way.skip)


def _from_edge(key: object, skip: int, rows: int, *, backward: bool) -> Route:
    return Route("offset" if key is None else "landmark", () if key is None else (key,), skip, rows, backward)


def table_share(offset: int, marks: Sequence[Landmark]) -> float:
    """About which share of the whole table, in the list's order, lies before a row of the list."""
    for low, high in pairwise(marks):
        if low.rank <= offset < high.rank:
            within = (offset - low.rank) / (high.rank - low.rank)
            rows = low.table_rank + within * (high.table_rank - low.table_rank)
            return rows / max(marks[-1].table_rank, 1)
    return 1.0


@lru_cache
def _leading_facet(collection: Collection, leading: Sort) -> RangeFacet | None:
    """The facet by whose ranges a list is sorted."""
    ranges = (facet for facet in collection.facets if isinstance(facet, RangeFacet))
    return next((facet for facet in ranges if leading.expression.compare(facet.column)), None)


def _edges(
    request: ListRequest, facet: RangeFacet, view: CellView, restrictions: Mapping[str, Sequence[object]]
) -> list[Landmark]:
    counts = view.counter.count_by(facet.dimension, restrictions)
    table = view.counter.count_by(facet.dimension, {})
    leading, descending = request.sort[0]
    key = leading.expression.type.python_type
    steps = range(len(facet.bounds) - 1, 0, -1) if descending else range(1, len(facet.bounds))
    marks, rank, table_rank = [], 0, 0
    for step in steps:
        passed = step if descending else step - 1
        rank += counts.get(passed, 0)
        table_rank += table.get(passed, 0)
        above, under = key(facet.bounds[step]), key(facet.bounds[step] - facet.unit)
        onward, back = (under, above) if descending else (above, under)
        marks.append(Landmark(rank, table_rank, onward, back))
    return marks
