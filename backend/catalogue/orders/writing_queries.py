"""Statements that write orders. Names and prices of lines are copied from the products, totals summed here."""

from sqlalchemy import ARRAY, BigInteger, Integer, Update, bindparam, text, update
from sqlalchemy.orm import InstrumentedAttribute

from catalogue.orders.models import Order
from catalogue.writing.queries import ORIGIN

FIELDS = (
    "reference",
    "service",
    "priority",
    "terminal_id",
    "eta_date",
    "etd_date",
    "eta_driver_id",
    "etd_driver_id",
    "truck_id",
    "trailer_id",
    "customer_name",
    "pallets",
    "boxes",
    "kilos",
)
"""What a client sets besides lines and status."""

MAX_TOTAL = 999_999_999_999
_ASKED = """
    asked AS (
        SELECT * FROM unnest(:product_ids, :quantities) WITH ORDINALITY AS asked (product_id, quantity, position)
    )"""
_PRICED = f"""{_ASKED},
    priced AS (
        SELECT asked.*, products.sku, products.name, products.price AS unit_price, products.currency
        FROM asked JOIN products ON products.id = asked.product_id
    ),
    summed AS (
        SELECT sum(quantity * unit_price) AS total, min(currency) AS currency FROM priced
        HAVING count(*) = cardinality(:product_ids) AND min(currency) = max(currency)
            AND sum(quantity * unit_price) <= {MAX_TOTAL}
    )"""  # noqa: S608 - our own names
_LINES = """
    lines AS (
        INSERT INTO order_lines (order_id, position, product_id, sku, name, quantity, unit_price)
        SELECT made.id, position, product_id, sku, name, quantity, unit_price FROM made, priced
    )"""


def _column(name: str) -> InstrumentedAttribute[object]:
    column: InstrumentedAttribute[object] = getattr(Order, name)
    return column


_LINE_PARAMETERS = (
    bindparam("product_ids", type_=ARRAY(BigInteger)),
    bindparam("quantities", type_=ARRAY(Integer)),
)
CREATE = text(
    f"""
    WITH origin AS (SELECT {ORIGIN}), {_PRICED},
    made AS (
        INSERT INTO orders ({", ".join(FIELDS)}, total, currency)
        SELECT {", ".join(f":{name}" for name in FIELDS)}, summed.total, summed.currency FROM origin, summed
        RETURNING id
    ), {_LINES}
    SELECT id FROM made"""  # noqa: S608 - our own names
).bindparams(*_LINE_PARAMETERS, *(bindparam(name, type_=_column(name).type) for name in FIELDS))
"""One row with the new id; no row where a line's product is not there or the lines do not add up."""

CLEAR_LINES = text("DELETE FROM order_lines WHERE order_id = :order_id")
ADD_LINES = text(
    f"""
    WITH {_PRICED},
    made AS (
        UPDATE orders SET total = summed.total, currency = summed.currency, version = version + 1, updated_at = now()
        FROM summed WHERE id = :order_id RETURNING id
    ), {_LINES}
    SELECT id FROM made"""  # noqa: S608 - our own names
).bindparams(*_LINE_PARAMETERS)
"""As CREATE, for an order without lines."""

FAULTS = text(
    f"""
    WITH {_ASKED}
    SELECT asked.position, products.currency, asked.quantity * products.price AS amount
    FROM asked LEFT JOIN products ON products.id = asked.product_id ORDER BY asked.position"""  # noqa: S608 - our own names
).bindparams(*_LINE_PARAMETERS)
"""What became of each line that was asked for: no currency where there is no such product."""

LOCK = text(
    f"""
    SELECT {ORIGIN}, held.* FROM (SELECT) AS one LEFT JOIN LATERAL (
        SELECT id, version, status::text AS status, eta_date, etd_date FROM orders WHERE id = :order_id
        FOR NO KEY UPDATE
    ) AS held ON true"""  # noqa: S608 - our own names
)
"""The order, which nobody else changes from here on; all null when there is none."""

LOCK_STOCK = text(
    """
    SELECT products.id, products.sku, products.stock, needed.quantity, needed.position
    FROM (
        SELECT product_id, sum(quantity) AS quantity, min(position) AS position
        FROM order_lines WHERE order_id = :order_id GROUP BY product_id
    ) AS needed JOIN products ON products.id = needed.product_id
    ORDER BY products.id FOR NO KEY UPDATE OF products"""
)
"""The products of an order's lines, locked by rising id so that two orders never wait for each other."""

MOVE_STOCK = text(
    """
    UPDATE products SET stock = stock + moved.quantity
    FROM unnest(:product_ids, :quantities) AS moved (product_id, quantity) WHERE id = moved.product_id"""
).bindparams(*_LINE_PARAMETERS)

DELETE = text("DELETE FROM orders WHERE id = :order_id")


def change_statement(names: tuple[str, ...]) -> Update:
    """Set these columns, bound as `new_<column>`, of the order `order_id`."""
    values = {name: bindparam(f"new_{name}", type_=_column(name).type) for name in names}
    return update(Order).where(Order.id == bindparam("order_id")).values(values)
