"""Statistics of orders: from the cells where they can tell, else from SQL."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import orjson

from catalogue.db.reading import ReadSession
from catalogue.errors import InternalError
from catalogue.listing.cells_view import CellView
from catalogue.listing.facets import CENT, cell_restrictions
from catalogue.listing.facets_reading import FacetReader
from catalogue.listing.list_request import ListRequest
from catalogue.orders.listing import ORDERS
from catalogue.orders.models import ORDER_CELLS
from catalogue.orders.queries import stats_statement, totals_statement

FEW_ROWS = 2_000
"""So many rows are sooner read than looked up."""


async def order_statistics(reader: ReadSession, facets: FacetReader, asked: ListRequest) -> bytes:
    """Counts and sums of the orders that match, as JSON. Raises Unavailable."""
    restrictions = cell_restrictions(ORDERS.facets, asked.filters)
    view = facets.counts.latest(ORDER_CELLS) or await facets.counts.moment(ORDER_CELLS)
    if restrictions is not None and view is not None and view.counter.total(restrictions) > FEW_ROWS:
        rows, current = await facets.counts.beside(
            ORDER_CELLS, totals_statement(asked.filter_shape), asked.bound_values
        )
        if current is not None and current.counter.total(restrictions):
            return _answer(current, restrictions, lowest=rows[0]["lowest"], highest=rows[0]["highest"])
    row = await reader.row(stats_statement(asked.filter_shape), asked.bound_values)
    if row is None:
        raise InternalError
    return str(row[0]).encode()


def _answer(
    view: CellView, restrictions: Mapping[str, Sequence[object]], *, lowest: Decimal, highest: Decimal
) -> bytes:
    sums = {
        name: Decimal(view.counter.total(restrictions, measure=number)) / scale
        for number, (name, scale) in enumerate(
            zip(ORDER_CELLS.measures, ORDER_CELLS.scales, strict=True), start=1
        )
    }
    count = view.counter.total(restrictions)
    return orjson.dumps(
        {
            "count": count,
            "total": {
                "sum": _amount(sums["total"]),
                "min": _amount(lowest),
                "max": _amount(highest),
                "avg": _amount(sums["total"] / count),
            },
            "pallets": int(sums["pallets"]),
            "boxes": int(sums["boxes"]),
            "kilos": _amount(sums["kilos"]),
            **{name: _counted(view, restrictions, name=name) for name in ("status", "service", "priority")},
        }
    )


def _counted(
    view: CellView, restrictions: Mapping[str, Sequence[object]], *, name: str
) -> list[dict[str, object]]:
    facet = ORDERS.facet_by_name[name]
    shown = facet.shown(view.counter.count_by(facet.dimension, restrictions), {}, lambda _: None)
    return [{key: value[key] for key in ("value", "count")} for value in shown]


def _amount(amount: Decimal) -> orjson.Fragment:
    return orjson.Fragment(str(amount.quantize(CENT, ROUND_HALF_UP)))
