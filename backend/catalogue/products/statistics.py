"""Statistics of products, and the values of category and brand: from the cells where they can tell, else from SQL.

What comes from cells and what comes from the rows is of one moment: both are read in one statement.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import asyncpg
import orjson

from catalogue.db.reading import ReadSession
from catalogue.errors import InternalError
from catalogue.listing.cells_view import CellView
from catalogue.listing.facets import CENT, cell_restrictions
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.list_request import ListRequest
from catalogue.listing.page import PageReader
from catalogue.products.listing import PRODUCTS
from catalogue.products.middle_prices import MiddlePrices, middle_prices
from catalogue.products.models import PRODUCT_CELLS
from catalogue.products.queries import names_statement, prices_statement, stats_statement, values_statement

FEW_ROWS = 2_000
"""So many rows are sooner read than looked up."""

_ATTEMPTS = 3
_STOCK, _PRICE = (1 + PRODUCT_CELLS.measures.index(name) for name in ("stock", "price"))


async def product_statistics(reader: ReadSession, lists: PageReader, asked: ListRequest) -> bytes:
    """Counts, prices and stock of the products that match, as JSON. Raises Unavailable."""
    restrictions = cell_restrictions(PRODUCTS.facets, asked.filters)
    if restrictions is not None and (found := await _from_cells(lists, asked, restrictions)) is not None:
        return found
    statement, values = stats_statement(asked.filter_shape), asked.bound_values
    rows: Sequence[asyncpg.Record] = []
    if restrictions is not None:  # beside the cells, so that they learn when few rows have become many
        rows, _ = await lists.rows.facets.counts.beside(PRODUCT_CELLS, statement, values)
    if not rows and not (rows := await reader.rows(statement, values)):
        raise InternalError
    return str(rows[0][0]).encode()


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


async def _from_cells(
    lists: PageReader, asked: ListRequest, restrictions: Mapping[str, Sequence[object]]
) -> bytes | None:
    facets = lists.rows.facets
    view = facets.counts.latest(PRODUCT_CELLS) or await facets.counts.moment(PRODUCT_CELLS)
    statement = prices_statement(asked.filter_shape)
    for _ in range(_ATTEMPTS):
        if view is None or view.counter.total(restrictions) <= FEW_ROWS:
            return None
        middle = await middle_prices(lists.offsets, asked, view, restrictions)
        rows, current = await facets.counts.beside(
            PRODUCT_CELLS, statement, {**asked.bound_values, **middle.values()}
        )
        if current is not None and current.epoch == view.epoch:
            return await _answer(facets, view, restrictions, prices=_prices(rows[0], middle))
        view = current
    return None


async def _answer(
    facets: FacetReader,
    view: CellView,
    restrictions: Mapping[str, Sequence[object]],
    *,
    prices: dict[str, object],
) -> bytes:
    total = view.counter.total(restrictions)
    price_sum = Decimal(view.counter.total(restrictions, measure=_PRICE)) / 100
    in_stock = view.counter.count_by("in_stock", restrictions)
    return orjson.dumps(
        {
            "count": total,
            "price": {**prices, "avg": _money(price_sum / total)},
            "stock": view.counter.total(restrictions, measure=_STOCK),
            "out_of_stock": in_stock.get(False, 0),
            "categories": await _counted(facets, view, restrictions, name="category"),
            "brands": await _counted(facets, view, restrictions, name="brand"),
        }
    )


def _prices(row: asyncpg.Record, middle: MiddlePrices) -> dict[str, object]:
    """A median that is only near says so; where its place by statistics has no rows beyond, the highest stands in."""
    low, high = (row["highest"] if row[name] is None else row[name] for name in ("middle_low", "middle_high"))
    prices: dict[str, object] = {"min": _money(row["lowest"]), "max": _money(row["highest"])}
    prices["median"] = _money((low + high) / 2)
    return prices if middle.exact else {**prices, "median_is": "estimate"}


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
