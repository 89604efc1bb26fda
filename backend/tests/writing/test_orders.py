"""Orders: lines and totals, the state machine, and stock that is taken and given back exactly once."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import pytest

from catalogue.orders.models import OrderStatus
from catalogue.orders.service import MOVES

pytestmark = pytest.mark.anyio
Body = dict[str, Any]


async def make(client: httpx.AsyncClient, body: Body) -> int:
    answer = await client.post("/orders", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def move(client: httpx.AsyncClient, order_id: int, *statuses: str) -> httpx.Response:
    for status in statuses:
        answer = await client.patch(f"/orders/{order_id}", json={"status": status})
    return answer


async def stock(sql: asyncpg.Connection) -> list[int]:
    return [row[0] for row in await sql.fetch("SELECT stock FROM products ORDER BY id")]


async def test_order_is_made_with_the_names_and_prices_of_its_products(
    shop_client: httpx.AsyncClient, order: Body
) -> None:
    answer = await shop_client.post("/orders", json=order)
    record = json.loads(answer.text, parse_float=Decimal)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (record["status"], record["total"], record["currency"]) == ("draft", Decimal("950.40"), "EUR")
    assert [(line["sku"], line["name"], line["unit_price"]) for line in record["lines"]] == [
        ("CAM-1", "Pocket camera", Decimal("249.95")),
        ("LENS-1", "Wide lens", Decimal("450.50")),
    ]
    assert len(record["reference"]) == 17
    read = await shop_client.get(f"http://catalogue{answer.headers['location']}")
    assert read.json() == answer.json()


async def test_price_stays_as_it_was_when_ordered(shop_client: httpx.AsyncClient, order: Body) -> None:
    number = await make(shop_client, order)
    await shop_client.patch("/products/1", json={"price": 1, "name": "Cheaper"})
    record = (await shop_client.get(f"/orders/{number}")).json()
    assert (record["total"], record["lines"][0]["name"]) == (950.40, "Pocket camera")


async def test_one_product_may_have_several_lines(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    lines = [{"product_id": 1, "quantity": quantity} for quantity in (2, 3)]
    number = await make(shop_client, {**order, "lines": lines})
    answer = await move(shop_client, number, "confirmed")
    assert [line["quantity"] for line in answer.json()["lines"]] == [2, 3]
    assert (await stock(sql))[0] == 5


async def test_reference_that_is_taken_is_a_conflict(shop_client: httpx.AsyncClient, order: Body) -> None:
    await make(shop_client, {**order, "reference": "A-1"})
    answer = await shop_client.post("/orders", json={**order, "reference": "A-1"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (409, "body.reference")


@pytest.mark.parametrize(
    ("patch", "where", "code"),
    [
        ({"terminal_id": 99}, "body.terminal_id", "foreign_key"),
        ({"eta_driver_id": 99}, "body.eta_driver_id", "foreign_key"),
        ({"etd_driver_id": 99}, "body.etd_driver_id", "foreign_key"),
        ({"truck_id": 99}, "body.truck_id", "foreign_key"),
        ({"trailer_id": 99}, "body.trailer_id", "foreign_key"),
        ({"lines": []}, "body.lines", "too_short"),
        ({"lines": [{"product_id": 99, "quantity": 1}]}, "body.lines.0.product_id", "foreign_key"),
        (
            {"lines": [{"product_id": 1, "quantity": 1}, {"product_id": 4, "quantity": 1}]},
            "body.lines.1.product_id",
            "mixed_currencies",
        ),
        ({"lines": [{"product_id": 1, "quantity": 0}]}, "body.lines.0.quantity", "greater_than_equal"),
        ({"lines": [{"product_id": 1, "quantity": "1"}]}, "body.lines.0.quantity", "int_type"),
        ({"lines": [{"product_id": 1}]}, "body.lines.0.quantity", "missing"),
        (
            {"lines": [{"product_id": 1, "quantity": 1, "unit_price": 1}]},
            "body.lines.0.unit_price",
            "unknown_field",
        ),
        ({"eta_date": "2026-01-01", "etd_date": "2026-01-02"}, "body.eta_date", "before_departure"),
        ({"eta_date": "2026-02-30"}, "body.eta_date", "not_a_date"),
        ({"eta_date": 20260101}, "body.eta_date", "not_a_date"),
        ({"service": "teleport"}, "body.service", "enum"),
        ({"kilos": -1}, "body.kilos", "greater_than_equal"),
        ({"total": 1}, "body.total", "server_owned"),
        ({"currency": "EUR"}, "body.currency", "server_owned"),
        ({"id": 1}, "body.id", "server_owned"),
        ({"colour": 1}, "body.colour", "unknown_field"),
    ],
    ids=str,
)
async def test_value_that_is_refused_is_named(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body, patch: Body, where: str, code: str
) -> None:
    number = await make(shop_client, order)
    before = (await shop_client.get(f"/orders/{number}")).json()
    for answer in (
        await shop_client.post("/orders", json={**order, **patch}),
        await shop_client.patch(f"/orders/{number}", json=patch),
    ):
        assert answer.status_code == 422
        assert (where, code) in [(error["where"], error["code"]) for error in answer.json()["errors"]]
    assert (await shop_client.get(f"/orders/{number}")).json() == before
    assert await sql.fetchval("SELECT count(*) FROM orders") == 1


async def test_total_that_no_column_holds_is_refused(shop_client: httpx.AsyncClient, order: Body) -> None:
    await shop_client.patch("/products/1", json={"price": 9_999_999_999.99})
    answer = await shop_client.post(
        "/orders", json={**order, "lines": [{"product_id": 1, "quantity": 1_000_000}]}
    )
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.lines")


async def test_new_order_is_a_draft_whatever_is_asked(shop_client: httpx.AsyncClient, order: Body) -> None:
    answer = await shop_client.post("/orders", json={**order, "status": "delivered"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "server_owned")


async def test_dates_are_checked_against_those_that_stay(shop_client: httpx.AsyncClient, order: Body) -> None:
    number = await make(shop_client, {**order, "etd_date": "2026-01-10"})
    answer = await shop_client.patch(f"/orders/{number}", json={"eta_date": "2026-01-09"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.eta_date")
    later = await shop_client.patch(f"/orders/{number}", json={"eta_date": "2026-01-10"})
    assert later.status_code == 200


@pytest.mark.parametrize("before", list(OrderStatus))
async def test_only_the_moves_of_the_state_machine_are_made(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body, before: OrderStatus
) -> None:
    for after in OrderStatus:
        number = await make(shop_client, order)
        await sql.execute("UPDATE orders SET status = $1 WHERE id = $2", before.value, number)
        answer = await move(shop_client, number, after)
        if after == before or after in MOVES[before]:
            assert (answer.status_code, answer.json()["status"]) == (200, after)
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
            assert answer.json()["errors"][0]["where"] == "body.status"


async def test_confirming_takes_stock_and_cancelling_gives_it_back_once(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    number = await make(shop_client, order)
    assert await stock(sql) == [10, 10, 10, 10]
    await move(shop_client, number, "confirmed", "confirmed")
    assert await stock(sql) == [8, 10, 9, 10]
    await move(shop_client, number, "in_transit", "cancelled", "cancelled")
    assert await stock(sql) == [10, 10, 10, 10]


async def test_draft_that_is_cancelled_gives_nothing_back(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    await move(shop_client, await make(shop_client, order), "cancelled")
    assert await stock(sql) == [10, 10, 10, 10]


async def test_delivered_order_keeps_its_stock_and_stays(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    number = await make(shop_client, order)
    answer = await move(shop_client, number, "confirmed", "in_transit", "delivered", "cancelled")
    assert answer.status_code == 409
    assert (await shop_client.delete(f"/orders/{number}")).json()["code"] == "invalid_transition"
    assert await stock(sql) == [8, 10, 9, 10]


async def test_too_little_stock_names_the_line_and_takes_nothing(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    lines = [{"product_id": 3, "quantity": 4}, {"product_id": 1, "quantity": 11}]
    number = await make(shop_client, {**order, "lines": lines})
    answer = await move(shop_client, number, "confirmed")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "insufficient_stock")
    assert problem["errors"][0]["where"] == "body.lines.1"
    assert "CAM-1" in problem["detail"]
    assert await stock(sql) == [10, 10, 10, 10]
    assert (await shop_client.get(f"/orders/{number}")).json()["status"] == "draft"


async def test_lines_of_a_draft_are_replaced_and_the_total_follows(
    shop_client: httpx.AsyncClient, order: Body
) -> None:
    number = await make(shop_client, order)
    lines = [{"product_id": 4, "quantity": 3}]
    answer = await shop_client.patch(f"/orders/{number}", json={"lines": lines}, headers={"If-Match": '"1"'})
    record = answer.json()
    assert (record["total"], record["currency"], record["version"]) == (1500.0, "USD", 2)
    same = (await shop_client.patch(f"/orders/{number}", json={"lines": lines})).json()
    assert same["version"] == 3


async def test_lines_can_be_replaced_and_confirmed_at_once(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    number = await make(shop_client, order)
    change = {"lines": [{"product_id": 2, "quantity": 10}], "status": "confirmed"}
    assert (await shop_client.patch(f"/orders/{number}", json=change)).status_code == 200
    assert await stock(sql) == [10, 0, 10, 10]
    late = await shop_client.patch(f"/orders/{number}", json={"lines": change["lines"]})
    assert (late.status_code, late.json()["errors"][0]["where"]) == (409, "body.lines")


async def test_deletion_takes_lines_along(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    number = await make(shop_client, order)
    stale = await shop_client.delete(f"/orders/{number}", headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    assert (await shop_client.delete(f"/orders/{number}")).status_code == 204
    assert await sql.fetchval("SELECT count(*) FROM order_lines") == 0
    assert (await shop_client.delete(f"/orders/{number}")).status_code == 404


async def test_statistics_follow_every_write(shop_client: httpx.AsyncClient, order: Body) -> None:
    number = await make(shop_client, order)
    await make(shop_client, order)
    await move(shop_client, number, "confirmed")
    stats = (await shop_client.get("/orders/stats")).json()
    assert (stats["count"], stats["total"]["sum"]) == (2, 1900.8)
    assert {part["value"]: part["count"] for part in stats["status"]} == {"draft": 1, "confirmed": 1}


async def test_buyers_at_the_same_moment_never_buy_what_is_not_there(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    """Twenty-four orders of both products, their lines in either order, for ten of each."""
    lines = [{"product_id": 1, "quantity": 1}, {"product_id": 2, "quantity": 1}]
    numbers = [
        await make(shop_client, {**order, "lines": lines[:: 1 if turn % 2 else -1]}) for turn in range(24)
    ]
    answers = await asyncio.gather(*(move(shop_client, number, "confirmed") for number in numbers))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [409] * 14
    assert await stock(sql) == [0, 0, 10, 10]


async def test_document_that_comes_or_goes_raises_the_version_of_its_order(
    shop_client: httpx.AsyncClient, order: Body
) -> None:
    """The order shows its documents, so an answer with another document has another ETag."""
    number = await make(shop_client, order)
    added = await shop_client.post(
        f"/orders/{number}/documents", data={"type": "other"}, files={"file": ("note.txt", b"text")}
    )
    assert added.status_code == 201, added.text
    with_document = (await shop_client.get(f"/orders/{number}")).json()
    assert (with_document["version"], len(with_document["documents"])) == (2, 1)
    gone = await shop_client.delete(f"/orders/{number}/documents/{added.json()['id']}")
    assert gone.status_code == 204
    assert (await shop_client.get(f"/orders/{number}")).json()["version"] == 3
