"""Batches: one result an operation, all or nothing or each by itself, in a handful of statements."""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio
Body = dict[str, Any]
HANDFUL = 8


async def send(client: httpx.AsyncClient, *operations: Body, on_error: str = "reject_row") -> httpx.Response:
    return await client.post("/products/batch", json={"on_error": on_error, "operations": operations})


def statuses(answer: httpx.Response) -> list[int]:
    return [result["status"] for result in answer.json()["results"]]


def codes(answer: httpx.Response) -> list[str | None]:
    return [result.get("problem", {}).get("code") for result in answer.json()["results"]]


async def test_each_kind_of_operation_does_its_work(shop_client: httpx.AsyncClient, product: Body) -> None:
    answer = await send(
        shop_client,
        {"op": "create", **product},
        {"op": "update", "id": 1, "price": 9.99, "version": 1},
        {"op": "update", "sku": "CAM-2", "stock": 3, "image_url": None},
        {"op": "upsert", **product, "sku": "LENS-1", "name": "Wider lens"},
        {"op": "upsert", **product, "sku": "NEW-1"},
        {"op": "delete", "sku": "LENS-2"},
    )
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {"op": "create", "status": 201, "id": 5, "sku": "CAM-9", "version": 1},
        {"op": "update", "status": 200, "id": 1, "sku": "CAM-1", "version": 2},
        {"op": "update", "status": 200, "id": 2, "sku": "CAM-2", "version": 2},
        {"op": "upsert", "status": 200, "id": 3, "sku": "LENS-1", "version": 2},
        {"op": "upsert", "status": 201, "id": 6, "sku": "NEW-1", "version": 1},
        {"op": "delete", "status": 204, "id": 4, "sku": "LENS-2"},
    ]
    first, third = [(await shop_client.get(f"/products/{number}")).json() for number in (1, 3)]
    assert (first["price"], first["stock"], first["name"]) == (9.99, 10, "Pocket camera")
    assert (third["name"], third["category"], third["stock"]) == ("Wider lens", "cameras", 10)
    assert (await shop_client.get("/products/4")).status_code == 404


async def test_what_is_given_is_set_and_nothing_else(shop_client: httpx.AsyncClient) -> None:
    await shop_client.patch("/products/1", json={"image_url": "/1.webp"})
    await shop_client.patch("/products/2", json={"image_url": "/2.webp"})
    await send(
        shop_client,
        {"op": "update", "id": 1, "image_url": None},
        {"op": "update", "id": 2, "description": "Text"},
    )
    records = [(await shop_client.get(f"/products/{number}")).json() for number in (1, 2)]
    assert [record["image_url"] for record in records] == [None, "/2.webp"]
    assert [record["description"] for record in records] == ["", "Text"]


async def test_product_that_has_the_values_already_keeps_its_version(shop_client: httpx.AsyncClient) -> None:
    answer = await send(shop_client, {"op": "update", "id": 1, "stock": 10}, {"op": "update", "id": 2})
    assert [(result["status"], result["version"]) for result in answer.json()["results"]] == [
        (200, 1),
        (200, 1),
    ]


FAILING: list[tuple[Body, int, str]] = [
    ({"op": "update", "id": 99, "stock": 1}, 404, "not_found"),
    ({"op": "delete", "sku": "NONE"}, 404, "not_found"),
    ({"op": "update", "id": 1, "stock": 1, "version": 7}, 412, "precondition_failed"),
    ({"op": "delete", "id": 1, "version": 7}, 412, "precondition_failed"),
    ({"op": "update", "id": 1, "sku": "CAM-2"}, 409, "conflict"),
    ({"op": "update", "id": 1, "category": "nowhere"}, 422, "validation_failed"),
    ({"op": "update", "id": 1, "price": "1"}, 422, "validation_failed"),
    ({"op": "update", "id": 1, "colour": "red"}, 422, "validation_failed"),
    ({"op": "update", "id": 1, "created_at": "x"}, 422, "validation_failed"),
    ({"op": "update", "stock": 1}, 422, "validation_failed"),
    ({"op": "delete"}, 422, "validation_failed"),
    ({"op": "delete", "id": 1, "sku": "CAM-1"}, 422, "validation_failed"),
    ({"op": "create", "sku": "A"}, 422, "validation_failed"),
    ({"op": "explode"}, 422, "validation_failed"),
    ({}, 422, "validation_failed"),
    ({"op": ["create"]}, 422, "validation_failed"),
]


@pytest.mark.parametrize(("operation", "status", "code"), FAILING, ids=str)
async def test_operation_that_fails_leaves_the_others(
    shop_client: httpx.AsyncClient, operation: Body, status: int, code: str
) -> None:
    answer = await send(shop_client, {"op": "update", "id": 2, "stock": 1}, operation)
    assert (answer.status_code, statuses(answer), codes(answer)) == (200, [200, status], [None, code])
    assert (await shop_client.get("/products/2")).json()["stock"] == 1
    assert (await shop_client.get("/products/1")).json()["version"] == 1


@pytest.mark.parametrize(("operation", "status", "code"), FAILING, ids=str)
async def test_operation_that_fails_stops_them_all(
    shop_client: httpx.AsyncClient, operation: Body, status: int, code: str
) -> None:
    answer = await send(shop_client, {"op": "update", "id": 2, "stock": 1}, operation, on_error="reject_all")
    assert (answer.status_code, answer.json()["code"]) == (422, "batch_refused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (statuses(answer), codes(answer)) == ([424, status], ["not_applied", code])
    assert answer.json()["errors"][0]["where"].startswith("body.operations.1")
    assert (await shop_client.get("/products/2")).json()["version"] == 1


async def test_product_in_use_is_not_deleted(shop_client: httpx.AsyncClient, order: Body) -> None:
    await shop_client.post("/orders", json=order)
    answer = await send(shop_client, {"op": "delete", "id": 1}, {"op": "delete", "id": 2})
    assert (statuses(answer), codes(answer)) == ([409, 204], ["in_use", None])


@pytest.mark.parametrize(
    "second",
    [
        {"op": "update", "id": 1, "stock": 5},
        {"op": "update", "sku": "CAM-1", "stock": 5},
        {"op": "update", "sku": "CAM-NEW", "stock": 5},
        {"op": "update", "id": 2, "sku": "CAM-NEW"},
        {"op": "delete", "id": 1},
    ],
    ids=str,
)
async def test_second_operation_on_a_product_is_refused(shop_client: httpx.AsyncClient, second: Body) -> None:
    answer = await send(shop_client, {"op": "update", "id": 1, "sku": "CAM-NEW", "stock": 4}, second)
    assert statuses(answer) == [200, 409]
    assert answer.json()["results"][1]["problem"]["errors"][0]["code"] == "duplicate_operation"
    assert (await shop_client.get("/products/1")).json()["stock"] == 4


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"operations": []}, "body.operations"),
        ({"operations": [{"op": "delete", "id": 1}] * 1_001}, "body.operations"),
        ({"operations": {}}, "body.operations"),
        ({"operations": [1]}, "body.operations.0"),
        ({}, "body.operations"),
        ({"operations": [{}], "on_error": "ignore"}, "body.on_error"),
        ({"operations": [{}], "more": 1}, "body.more"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_envelope_that_is_wrong_is_refused(
    shop_client: httpx.AsyncClient, body: Body, where: str
) -> None:
    answer = await shop_client.post("/products/batch", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where)


async def test_repeat_with_the_same_key_changes_nothing(
    shop_client: httpx.AsyncClient, product: Body, sql: asyncpg.Connection
) -> None:
    body = {"operations": [{"op": "create", **product}]}
    answers = [
        await shop_client.post("/products/batch", json=body, headers={"Idempotency-Key": "batch"})
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert await sql.fetchval("SELECT count(*) FROM products") == 5


def many(count: int, product: Body) -> Sequence[Body]:
    return [{"op": "upsert", **product, "sku": f"MANY-{number}"} for number in range(count)]


async def test_thousand_operations_take_a_handful_of_statements(
    database: str, settings_for: Callable[..., Settings], product: Body, sql: asyncpg.Connection
) -> None:
    app = create_app(settings_for(database, WRITE_POOL_SIZE="1"))
    async with running(app) as client:
        await send(client, {"op": "delete", "sku": "LENS-2"})
        taken: list[str] = []
        async with app.state.writer._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            raw.driver_connection.add_query_logger(lambda record: taken.append(record.query))
        operations = [
            *many(998, product),
            {"op": "update", "id": 1, "stock": 1},
            {"op": "delete", "id": 2},
        ]
        taken.clear()
        answer = await send(client, *operations, on_error="reject_all")
        assert set(statuses(answer)) == {200, 201, 204}
        assert len(taken) <= HANDFUL, taken
        assert (await client.get("/products?count=exact")).json()["total"] == 3 - 1 + 998
