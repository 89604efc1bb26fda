"""Every write tells how far the change log is, and tells the log which request it was."""

from typing import Any

import asyncpg
import httpx
import pytest

from catalogue.changes.tokens import HEADER, parse_token

pytestmark = pytest.mark.anyio
Body = dict[str, Any]


async def logged(sql: asyncpg.Connection) -> int:
    return int(await sql.fetchval("SELECT coalesce(max(position), 0) FROM changes"))


async def test_every_write_answers_with_a_token_at_its_change(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, product: Body, order: Body
) -> None:
    key = {"Idempotency-Key": "token"}
    batch = {"operations": [{"op": "update", "id": 1, "stock": 3}]}
    for method, path, body, headers in (
        ("POST", "/products", product, key),
        ("POST", "/products", product, key),
        ("PATCH", "/products/5", {"stock": 4}, {}),
        ("PATCH", "/products/5", {"stock": 4}, {}),
        ("PUT", "/products/5", product, {}),
        ("DELETE", "/products/5", None, {}),
        ("POST", "/products/batch", batch, {}),
        ("POST", "/orders", order, {}),
        ("PATCH", "/orders/1", {"status": "confirmed"}, {}),
        ("PATCH", "/orders/1", {"status": "cancelled"}, {}),
        ("DELETE", "/orders/1", None, {}),
    ):
        answer = await shop_client.request(method, path, json=body, headers=headers)
        assert answer.is_success, answer.text
        assert parse_token(answer.headers[HEADER]).position == await logged(sql)


async def test_change_that_is_refused_leaves_no_trace(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    await shop_client.post("/orders", json={**order, "lines": [{"product_id": 1, "quantity": 11}]})
    before = await logged(sql)
    answer = await shop_client.patch("/orders/1", json={"status": "confirmed", "boxes": 7})
    assert (answer.status_code, HEADER in answer.headers) == (409, False)
    assert await logged(sql) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/drivers", {"name": "Bo", "phone": "1"}),
        ("PATCH", "/products/1", {"stock": 3}),
        ("DELETE", "/trucks/1", None),
        ("POST", "/products/batch", {"operations": [{"op": "delete", "id": 1}]}),
        (
            "POST",
            "/orders",
            {
                "service": "express",
                "terminal_id": 1,
                "customer_name": "A",
                "lines": [{"product_id": 1, "quantity": 1}],
            },
        ),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_change_log_knows_the_request(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, method: str, path: str, body: Body | None
) -> None:
    headers = {"X-Request-ID": "request-of-the-test"}
    assert (await shop_client.request(method, path, json=body, headers=headers)).is_success
    assert {row[0] for row in await sql.fetch("SELECT request_id FROM changes")} >= {"request-of-the-test"}
    assert await sql.fetchval("SELECT request_id FROM changes ORDER BY position DESC LIMIT 1") == (
        "request-of-the-test"
    )
