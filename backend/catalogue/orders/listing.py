"""The order list, declared.

A date that is not known yet counts as later than any other: last in rising order, first in falling order.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, exists, func, literal_column

from catalogue.fleet.models import Terminal
from catalogue.listing.declaration import (
    Collection,
    Condition,
    Filter,
    Parameter,
    Sort,
    at_least,
    at_most,
    column_sorts,
    equals,
    ids,
    period,
)
from catalogue.listing.facets import ValueFacet
from catalogue.listing.search import search_filter
from catalogue.listing.values import choice, day, instant, integer, number
from catalogue.orders.models import (
    ORDER_CELLS,
    Order,
    OrderLine,
    OrderPriority,
    OrderService,
    OrderStatus,
)

_ID = integer(1)
_TOTAL = number(0, 10**12)


def _holds_product(parameter: Parameter) -> Condition:
    return exists().where(OrderLine.order_id == Order.id, parameter.matches(OrderLine.product_id))


def _unknown_last(column: ColumnElement[date | None]) -> ColumnElement[date]:
    return func.coalesce(column, literal_column("'infinity'::date"), type_=Date())


def _choices(kind: type[StrEnum]) -> dict[str, str]:
    return {member.value: member.value.replace("_", " ").capitalize() for member in kind}


ORDERS = Collection(
    name="orders",
    model=Order,
    fields=(
        "id",
        "reference",
        "status",
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
        "total",
        "currency",
        "created_at",
        "updated_at",
        "version",
    ),
    filters=(
        equals(
            "status",
            choice(OrderStatus, Order.status.type),
            Order.status,
            description="where the order stands",
        ),
        equals(
            "service", choice(OrderService, Order.service.type), Order.service, description="kind of service"
        ),
        equals("priority", choice(OrderPriority, Order.priority.type), Order.priority, description="urgency"),
        equals("terminal_id", _ID, Order.terminal_id, description="id of the terminal"),
        equals(
            "driver_id",
            _ID,
            Order.eta_driver_id,
            Order.etd_driver_id,
            description="id of a driver, at either end",
        ),
        equals("truck_id", _ID, Order.truck_id, description="id of the truck"),
        equals("trailer_id", _ID, Order.trailer_id, description="id of the trailer"),
        *period("arrival", day(), Order.eta_date, label="eta"),
        *period("departure", day(), Order.etd_date, label="etd"),
        *period("created", instant(), Order.created_at, label="created"),
        at_least("min_total", _TOTAL, Order.total, description="lowest total, inclusive"),
        at_most("max_total", _TOTAL, Order.total, description="highest total, inclusive"),
        Filter(
            name="product_id",
            value=_ID,
            condition=_holds_product,
            description="id of a product in one of the lines",
            repeatable=True,
        ),
        ids(Order.id),
        search_filter(Order.search, code=Order.reference),
    ),
    sorts=(
        *column_sorts(Order, "id", "reference", "created_at", "total", "priority", "kilos"),
        Sort(name="eta_date", expression=_unknown_last(Order.eta_date.expression)),
        Sort(name="etd_date", expression=_unknown_last(Order.etd_date.expression)),
    ),
    default_sort="-created_at",
    facets=(
        ValueFacet(
            name="status", expression=Order.status, filter_name="status", choices=_choices(OrderStatus)
        ),
        ValueFacet(
            name="service", expression=Order.service, filter_name="service", choices=_choices(OrderService)
        ),
        ValueFacet(
            name="priority",
            expression=Order.priority,
            filter_name="priority",
            choices=_choices(OrderPriority),
        ),
        ValueFacet(
            name="terminal",
            expression=Order.terminal_id,
            filter_name="terminal_id",
            labels=(Terminal.id, Terminal.name),
        ),
    ),
    summary=ORDER_CELLS,
    epoch=ORDER_CELLS.epoch(),
    tags={
        "ids": "id",
        **{
            name: name
            for name in (
                "status",
                "service",
                "priority",
                "terminal_id",
                "driver_id",
                "truck_id",
                "trailer_id",
            )
        },
    },
)
