"""What orders are asked beyond a list page. Each answer is one statement, whatever it holds."""

from functools import lru_cache

from sqlalchemy import ColumnElement, Text, literal_column, select, text

from catalogue.db.statements import Statement, compile_statement
from catalogue.listing.building import conditions
from catalogue.listing.list_request import FilterShape
from catalogue.orders.documents_queries import SELECTED as DOCUMENT
from catalogue.orders.listing import ORDERS
from catalogue.orders.models import Order

_PARTS = ("terminal", "eta_driver", "etd_driver", "truck", "trailer")
_REVISED = " + ".join(f"coalesce((detail.{part} ->> 'version')::integer - 1, 0)" for part in _PARTS)

DETAIL_QUERY = text(
    f"""
    SELECT row_to_json(detail)::text AS record, detail.version, {_REVISED} AS revised FROM (
        SELECT {", ".join(f"orders.{name}" for name in ORDERS.fields)},
            (SELECT coalesce(json_agg(row_to_json(line) ORDER BY line.position), '[]') FROM (
                SELECT position, product_id, sku, name, quantity, unit_price FROM order_lines
                WHERE order_id = orders.id
            ) AS line) AS lines,
            (SELECT row_to_json(terminals) FROM terminals WHERE id = orders.terminal_id) AS terminal,
            (SELECT row_to_json(drivers) FROM drivers WHERE id = orders.eta_driver_id) AS eta_driver,
            (SELECT row_to_json(drivers) FROM drivers WHERE id = orders.etd_driver_id) AS etd_driver,
            (SELECT row_to_json(trucks) FROM trucks WHERE id = orders.truck_id) AS truck,
            (SELECT row_to_json(trailers) FROM trailers WHERE id = orders.trailer_id) AS trailer,
            (SELECT coalesce(json_agg(row_to_json(document) ORDER BY document.id), '[]') FROM (
                {DOCUMENT} WHERE order_id = orders.id
            ) AS document) AS documents
        FROM orders WHERE id = :order_id
    ) AS detail"""  # noqa: S608 - names of declared columns
)
"""One order with its lines, terminal, drivers, vehicles and documents, as JSON text, and its version.

`revised` counts the changes of the terminal, drivers and vehicles that the order shows; they do not raise its version.
"""

DETAIL = compile_statement(DETAIL_QUERY)

_STATS = """json_build_object(
    'count', count(*),
    'total', json_build_object('sum', coalesce(sum(total), 0), 'min', min(total), 'max', max(total),
        'avg', round(avg(total), 2)),
    'pallets', coalesce(sum(pallets), 0),
    'boxes', coalesce(sum(boxes), 0),
    'kilos', coalesce(sum(kilos), 0),
    'status', ({status}),
    'service', ({service}),
    'priority', ({priority})
)::text"""
_COUNTS = """
    SELECT coalesce(json_agg(json_build_object('value', value, 'count', count) ORDER BY value), '[]')
    FROM (SELECT {column} AS value, count(*) AS count FROM matching GROUP BY 1) AS counted"""


@lru_cache(maxsize=200)
def totals_statement(shape: FilterShape) -> Statement:
    """One row: the lowest and the highest total of the orders that match."""
    totals = select(Order.total).where(*conditions(ORDERS, shape))
    one: ColumnElement[int] = literal_column("1")
    return compile_statement(
        select(
            totals.order_by(Order.total).limit(one).scalar_subquery().label("lowest"),
            totals.order_by(Order.total.desc()).limit(one).scalar_subquery().label("highest"),
        )
    )


@lru_cache(maxsize=200)
def stats_statement(shape: FilterShape) -> Statement:
    """One JSON text: counts and sums of the orders that match."""
    columns = (Order.status, Order.service, Order.priority, Order.total, Order.pallets, Order.boxes)
    matching = select(*columns, Order.kilos).where(*conditions(ORDERS, shape)).cte("matching")
    body = _STATS.format(**{name: _COUNTS.format(column=name) for name in ("status", "service", "priority")})
    return compile_statement(select(literal_column(body, Text)).select_from(matching))
