"""Statistics of products, and the values of category and brand: from the cells where they can tell, else from SQL.

What comes from cells and what comes from the rows is of one moment: both are read in one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import asyncpg
import orjson

from catalogue.db.reading import ReadSession
from catalogue.errors import InternalError
from catalogue.listing.building import filter_shape
from catalogue.listing.cells_view import CellView
from catalogue.listing.facets import CENT, RangeFacet, cell_restrictions
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.request import ListRequest
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import PRODUCT_CELLS
from catalogue.products.queries import names_statement, prices_statement, stats_statement, values_statement

FEW_ROWS = 2_000
"""So many rows are sooner read than looked up."""

_ATTEMPTS = 3
_STOCK, _PRICE = (1 + PRODUCT_CELLS.measures.index(name) for name in ("stock", "price"))


async def product_statistics(reader: ReadSession, facets: FacetReader, asked: ListRequest) -> bytes:
    """Counts, prices and stock of the products that match, as JSON. Raises Unavailable."""
    restrictions = cell_restrictions(PRODUCTS.facets, asked.filters)
    if restrictions is not None and (found := await _from_cells(facets, asked, restrictions)) is not None:
        return found
    row = await reader.row(stats_statement(filter_shape(asked)), asked.bound_values())
    if row is None:
        raise InternalError
    return str(row[0]).encode()


async def listed_values(reader: ReadSession, facets: FacetReader, field: str) -> bytes:
    """Every category, or every brand, with its number of products, as JSON. Raises Unavailable."""
    rows, view = await facets.counts.beside(PRODUCT_CELLS, names_statement(field), {})
    if view is None:
        row = await reader.row(values_statement(field))
        if row is None:
            raise InternalError
        return _whole_list(orjson.Fragment(row[0]), row[1])
    counts = view.counter.count_by(field, {})
    parent = ("parent",) if field == "category" else ()
    names = ("slug", "label", *parent)
    items = [{**{name: row[name] for name in names}, "count": counts.get(row["slug"], 0)} for row in rows]
    return _whole_list(items, len(items))


def _whole_list(items: object, total: int) -> bytes:
    envelope = {"total": total, "total_is": "exact", "offset": 0, "next": None, "prev": None}
    return orjson.dumps({"items": items, **envelope})


@dataclass(frozen=True, slots=True)
class _Middle:
    """Where the one or two prices in the middle lie: so many prices after the first of some steps."""

    start: Decimal
    end: Decimal | None
    skip: int
    take: int

    def values(self) -> dict[str, object]:
        return {
            "middle_from": self.start,
            "middle_to": self.end,
            "middle_skip": self.skip,
            "middle_take": self.take,
        }


async def _from_cells(
    facets: FacetReader, asked: ListRequest, restrictions: Mapping[str, Sequence[object]]
) -> bytes | None:
    view = facets.counts.latest(PRODUCT_CELLS) or await facets.counts.moment(PRODUCT_CELLS)
    statement = prices_statement(filter_shape(asked))
    for _ in range(_ATTEMPTS):
        if view is None or view.counter.total(restrictions) <= FEW_ROWS:
            return None
        middle = _middle(view, restrictions)
        rows, current = await facets.counts.beside(
            PRODUCT_CELLS, statement, {**asked.bound_values(), **middle.values()}
        )
        if current is not None and current.epoch == view.epoch:
            return await _answer(facets, view, restrictions, prices=rows[0])
        view = current
    return None


def _middle(view: CellView, restrictions: Mapping[str, Sequence[object]]) -> _Middle:
    facet = PRODUCTS.facet_by_name["price"]
    if not isinstance(facet, RangeFacet):
        raise TypeError("prices are counted by range")
    counts = view.counter.count_by(facet.dimension, restrictions)
    total = sum(counts.values())
    first, last = (total - 1) // 2, total // 2
    steps = range(len(facet.bounds))
    before = [sum(counts.get(lower, 0) for lower in range(step)) for step in (*steps, len(steps))]
    start = next(step for step in steps if before[step + 1] > first)
    end = next(step for step in steps if before[step + 1] > last) + 1
    return _Middle(
        start=facet.bounds[start],
        end=facet.bounds[end] if end < len(steps) else None,
        skip=first - before[start],
        take=last - first + 1,
    )


async def _answer(
    facets: FacetReader,
    view: CellView,
    restrictions: Mapping[str, Sequence[object]],
    *,
    prices: asyncpg.Record,
) -> bytes:
    total = view.counter.total(restrictions)
    price_sum = Decimal(view.counter.total(restrictions, measure=_PRICE)) / 100
    in_stock = view.counter.count_by("in_stock", restrictions)
    return orjson.dumps(
        {
            "count": total,
            "price": {
                "min": _money(prices["lowest"]),
                "max": _money(prices["highest"]),
                "avg": _money(price_sum / total),
                "median": _money((prices["middle_low"] + prices["middle_high"]) / 2),
            },
            "stock": view.counter.total(restrictions, measure=_STOCK),
            "out_of_stock": in_stock.get(False, 0),
            "categories": await _counted(facets, view, restrictions, name="category"),
            "brands": await _counted(facets, view, restrictions, name="brand"),
        }
    )


async def _counted(
    facets: FacetReader, view: CellView, restrictions: Mapping[str, Sequence[object]], *, name: str
) -> list[dict[str, object]]:
    facet = PRODUCTS.facet_by_name[name]
    counts = view.counter.count_by(facet.dimension, restrictions)
    labels = await facets.labels.of(facet, counts)
    values = facet.shown(counts, {}, labels.get)
    return [{key: value[key] for key in ("value", "label", "count")} for value in values]


def _money(amount: Decimal) -> orjson.Fragment:
    return orjson.Fragment(str(amount.quantize(CENT, ROUND_HALF_UP)))
