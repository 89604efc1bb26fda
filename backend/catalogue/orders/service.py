"""The rules of orders: what may follow what, when stock is taken and given back.

A confirmed order has taken the stock of its lines, and keeps it until it is cancelled. So whether there is something
to give back is told by the status alone, and can happen once only.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.edge.addresses import API_PREFIX
from catalogue.errors import (
    FieldError,
    InsufficientStock,
    InvalidTransition,
    NotFound,
    PreconditionFailed,
    ValidationFailed,
)
from catalogue.orders.models import OrderStatus
from catalogue.orders.queries import DETAIL_QUERY
from catalogue.orders.references import new_reference
from catalogue.orders.schemas import OrderLineBody
from catalogue.orders.writing_queries import (
    ADD_LINES,
    CLEAR_LINES,
    CREATE,
    DELETE,
    FAULTS,
    LOCK,
    LOCK_STOCK,
    MAX_TOTAL,
    MOVE_STOCK,
    change_statement,
)
from catalogue.writing.answers import Written
from catalogue.writing.queries import Origin
from catalogue.writing.records import Target, Values

_DRAFT, _CONFIRMED = OrderStatus.DRAFT, OrderStatus.CONFIRMED
_IN_TRANSIT, _CANCELLED = OrderStatus.IN_TRANSIT, OrderStatus.CANCELLED
MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _DRAFT: frozenset({_CONFIRMED, _CANCELLED}),
    _CONFIRMED: frozenset({_IN_TRANSIT, _CANCELLED}),
    _IN_TRANSIT: frozenset({OrderStatus.DELIVERED, _CANCELLED}),
    OrderStatus.DELIVERED: frozenset(),
    _CANCELLED: frozenset(),
}
"""What each status may become."""

_HOLDS_STOCK = frozenset({_CONFIRMED, _IN_TRANSIT})
_DELETABLE = frozenset({_DRAFT, _CANCELLED})


async def create_order(connection: AsyncConnection, values: Values, origin: Origin) -> Written:
    """Make a draft. Raises ValidationFailed, which names the line, the date or the reference that is wrong."""
    _check_dates(values["eta_date"], values["etd_date"])
    fields = {name: value for name, value in values.items() if name != "lines"}
    fields["reference"] = fields["reference"] or new_reference()
    lines = _bound_lines(values["lines"])
    made = (await connection.execute(CREATE, {**fields, **lines, **origin.values()})).one_or_none()
    if made is None:
        raise await _line_faults(connection, lines)
    return await _detail(connection, made.id, status=201)


async def change_order(
    connection: AsyncConnection, target: Target, values: Values, origin: Origin
) -> Written:
    """Set fields, replace the lines of a draft, move on to another status; all of it or nothing.

    Raises NotFound, PreconditionFailed, InvalidTransition, InsufficientStock or ValidationFailed.
    """
    held = await _lock(connection, target, origin)
    before = OrderStatus(held.status)
    after = OrderStatus(values.get("status", before))
    if after != before and after not in MOVES[before]:
        raise _no_such_move(before, after)
    if {"eta_date", "etd_date"} & values.keys():
        _check_dates(values.get("eta_date", held.eta_date), values.get("etd_date", held.etd_date))
    if "lines" in values:
        await _replace_lines(connection, held.id, before, values["lines"])
    if after != before:
        await _move_stock(connection, held.id, before, after)
    if fields := {name: value for name, value in values.items() if name != "lines"}:
        bound = {f"new_{name}": value for name, value in fields.items()}
        await connection.execute(change_statement(tuple(fields)), {"order_id": held.id, **bound})
    return await _detail(connection, held.id, status=200)


async def delete_order(connection: AsyncConnection, target: Target, origin: Origin) -> Written:
    """Delete a draft or a cancelled order. Raises NotFound, PreconditionFailed or InvalidTransition."""
    held = await _lock(connection, target, origin)
    if held.status not in _DELETABLE:
        raise InvalidTransition(f"an order that is {held.status} cannot be deleted; cancel it first")
    await connection.execute(DELETE, {"order_id": held.id})
    return Written(204)


async def _lock(connection: AsyncConnection, target: Target, origin: Origin) -> Row[Any]:
    held = (await connection.execute(LOCK, {"order_id": target.key, **origin.values()})).one()
    if held.id is None:
        raise NotFound("there is no order with this id")
    if target.versions is not None and held.version not in target.versions:
        raise PreconditionFailed(held.version)
    return held


async def _replace_lines(
    connection: AsyncConnection, order_id: int, status: OrderStatus, lines: Sequence[OrderLineBody]
) -> None:
    if status != _DRAFT:
        error = FieldError("body.lines", "not_a_draft", "can be replaced in a draft only")
        raise InvalidTransition(f"the lines of an order that is {status} stay as they are", errors=(error,))
    bound = _bound_lines(lines)
    await connection.execute(CLEAR_LINES, {"order_id": order_id})
    if (await connection.execute(ADD_LINES, {"order_id": order_id, **bound})).one_or_none() is None:
        raise await _line_faults(connection, bound)


async def _move_stock(
    connection: AsyncConnection, order_id: int, before: OrderStatus, after: OrderStatus
) -> None:
    taken = after == _CONFIRMED
    if not taken and not (after == _CANCELLED and before in _HOLDS_STOCK):
        return
    needs = (await connection.execute(LOCK_STOCK, {"order_id": order_id})).all()
    if taken and (short := [need for need in needs if need.stock < need.quantity]):
        raise _insufficient(short)
    sign = -1 if taken else 1
    quantities = [sign * need.quantity for need in needs]
    await connection.execute(
        MOVE_STOCK, {"product_ids": [need.id for need in needs], "quantities": quantities}
    )


async def _detail(connection: AsyncConnection, order_id: int, *, status: int) -> Written:
    row = (await connection.execute(DETAIL_QUERY, {"order_id": order_id})).one()
    location = f"{API_PREFIX}/orders/{order_id}" if status == 201 else None
    return Written(status, row.record.encode(), row.version, location)


async def _line_faults(connection: AsyncConnection, bound: dict[str, list[int]]) -> ValidationFailed:
    """Why the lines cannot be ordered."""
    lines = (await connection.execute(FAULTS, bound)).all()
    missing = [line.position - 1 for line in lines if line.currency is None]
    if missing:
        return ValidationFailed(
            *(
                FieldError(f"body.lines.{place}.product_id", "foreign_key", "this product does not exist")
                for place in missing
            )
        )
    first = lines[0].currency
    if others := [line for line in lines if line.currency != first]:
        return ValidationFailed(
            *(
                FieldError(
                    f"body.lines.{line.position - 1}.product_id",
                    "mixed_currencies",
                    f"costs {line.currency}, the first line {first}",
                )
                for line in others
            )
        )
    return ValidationFailed(FieldError("body.lines", "less_than_equal", f"add up to more than {MAX_TOTAL}"))


def _bound_lines(lines: Sequence[OrderLineBody]) -> dict[str, list[int]]:
    return {
        "product_ids": [line.product_id for line in lines],
        "quantities": [line.quantity for line in lines],
    }


def _check_dates(arrival: date | None, departure: date | None) -> None:
    if arrival is not None and departure is not None and arrival < departure:
        raise ValidationFailed(FieldError("body.eta_date", "before_departure", "must not be before etd_date"))


def _no_such_move(before: OrderStatus, after: OrderStatus) -> InvalidTransition:
    allowed = ", ".join(sorted(MOVES[before])) or "nothing else"
    error = FieldError("body.status", "invalid_transition", f"{before} may become {allowed}")
    return InvalidTransition(f"an order that is {before} cannot become {after}", errors=(error,))


def _insufficient(short: Sequence[Row[Any]]) -> InsufficientStock:
    errors = tuple(
        FieldError(
            f"body.lines.{need.position - 1}",
            "insufficient_stock",
            f"{need.sku}: {need.quantity} wanted, {need.stock} in stock",
        )
        for need in short
    )
    return InsufficientStock("; ".join(error.message for error in errors), errors=errors)
