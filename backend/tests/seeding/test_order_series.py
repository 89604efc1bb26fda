from collections import defaultdict
from decimal import Decimal

import pytest

from catalogue.seeding.orders import LINE_COLUMNS, ORDER_COLUMNS, OrderReferences, OrderSeries

Row = dict[str, str]
ANCHOR = "2026-11-01"
NULL = "\\N"


def references(*, products: int) -> OrderReferences:
    return OrderReferences(
        terminal_ids=tuple(range(1, 61)),
        driver_ids=tuple(range(1, 401)),
        truck_ids=tuple(range(1, 301)),
        trailer_ids=tuple(range(1, 301)),
        product_ids=tuple((number, number + 500) for number in range(1, products + 1)),
    )


@pytest.fixture(scope="module")
def series() -> OrderSeries:
    return OrderSeries(7, references(products=2_000))


@pytest.fixture(scope="module")
def orders(series: OrderSeries) -> list[Row]:
    return rows(ORDER_COLUMNS, *(series.block(block, last=99_999, id_offset=0).orders for block in range(4)))


@pytest.fixture(scope="module")
def lines(series: OrderSeries) -> dict[str, list[Row]]:
    found = defaultdict(list)
    for block in range(4):
        for row in rows(LINE_COLUMNS, series.block(block, last=99_999, id_offset=0).lines):
            found[row["order_id"]].append(row)
    return found


def rows(columns: tuple[str, ...], *texts: bytes) -> list[Row]:
    lines = (line for text in texts for line in text.decode().splitlines())
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]


def test_total_is_the_sum_of_the_lines(orders: list[Row], lines: dict[str, list[Row]]) -> None:
    for order in orders:
        amounts = (int(line["quantity"]) * Decimal(line["unit_price"]) for line in lines[order["id"]])
        assert sum(amounts) == Decimal(order["total"])


def test_an_order_has_one_to_five_lines(orders: list[Row], lines: dict[str, list[Row]]) -> None:
    assert {len(lines[order["id"]]) for order in orders} == {1, 2, 3, 4, 5}


def test_departure_is_never_after_arrival(orders: list[Row]) -> None:
    dated = [order for order in orders if order["eta_date"] != NULL]
    assert all(order["etd_date"] <= order["eta_date"] for order in dated)
    assert all(order["created_at"][:10] <= order["etd_date"] for order in dated)


@pytest.mark.parametrize(
    ("status", "holds"),
    [
        ("delivered", lambda order: order["eta_date"] < ANCHOR),
        ("in_transit", lambda order: order["etd_date"] < ANCHOR <= order["eta_date"]),
        ("confirmed", lambda order: order["etd_date"] >= ANCHOR),
    ],
)
def test_dates_fit_the_status_on_the_anchor_day(orders: list[Row], status: str, holds: object) -> None:
    assert all(holds(order) for order in orders if order["status"] == status)  # type: ignore[operator]


def test_orders_are_updated_after_they_are_created_and_before_the_anchor_day(orders: list[Row]) -> None:
    assert all(order["created_at"] <= order["updated_at"] < ANCHOR for order in orders)


def test_an_order_under_way_has_drivers_and_a_truck(orders: list[Row]) -> None:
    under_way = [order for order in orders if order["status"] in {"in_transit", "delivered"}]
    for name in ("eta_driver_id", "etd_driver_id", "truck_id"):
        assert all(order[name] != NULL for order in under_way)


def test_some_drafts_have_neither_dates_nor_vehicles(orders: list[Row]) -> None:
    drafts = [order for order in orders if order["status"] == "draft"]
    assert any(order["eta_date"] == NULL and order["truck_id"] == NULL for order in drafts)
    assert any(order["eta_date"] != NULL for order in drafts)


def test_freight_goes_on_pallets(orders: list[Row]) -> None:
    assert all(int(order["pallets"]) > 0 for order in orders if order["service"] == "freight")


def test_an_order_does_not_depend_on_how_many_are_asked_for(series: OrderSeries) -> None:
    few, many = (series.block(0, last=last, id_offset=0) for last in (10, 99_999))
    assert many.orders.startswith(few.orders)
    assert many.lines.startswith(few.lines)


def test_a_block_does_not_depend_on_the_blocks_made_before_it(series: OrderSeries) -> None:
    alone = OrderSeries(7, references(products=2_000)).block(3, last=99_999, id_offset=0)
    assert series.block(3, last=99_999, id_offset=0) == alone


def test_orders_without_any_product_are_refused() -> None:
    with pytest.raises(ValueError, match="orders need products"):
        OrderSeries(7, references(products=0))
