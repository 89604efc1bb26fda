"""Idempotency-Key: one effect a key, the same answer again, across workers, restarts and a lost Redis."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
import redis

from catalogue.app import create_app
from catalogue.db.engines import write_engine
from catalogue.db.writing import Writer
from catalogue.settings import Settings
from catalogue.writing.pruning import KeyPruner
from tests.conftest import running, until

pytestmark = pytest.mark.anyio
KEY = {"Idempotency-Key": "a key with spaces, 'quotes' and \"more\""}
Body = dict[str, Any]


async def test_repeat_gets_the_first_answer_and_has_no_effect(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    first = await shop_client.post("/orders", json=order, headers=KEY)
    await shop_client.patch(f"/orders/{first.json()['id']}", json={"customer_name": "Changed"})
    again = await shop_client.post("/orders", json=order, headers=KEY)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for part in ("status_code", "content"):
        assert getattr(again, part) == getattr(first, part)
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert await sql.fetchval("SELECT count(*) FROM orders") == 1


async def test_same_key_with_another_body_is_refused(shop_client: httpx.AsyncClient, order: Body) -> None:
    await shop_client.post("/orders", json=order, headers=KEY)
    answer = await shop_client.post("/orders", json={**order, "boxes": 1}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_key_counts_for_one_address(shop_client: httpx.AsyncClient, order: Body) -> None:
    await shop_client.post("/orders", json=order, headers=KEY)
    driver = {"name": "Bo", "phone": "1"}
    assert (await shop_client.post("/drivers", json=driver, headers=KEY)).status_code == 201
    assert (await shop_client.post("/drivers", json=driver, headers=KEY)).headers["idempotency-replayed"]


async def test_request_that_failed_may_be_repeated(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, product: Body
) -> None:
    assert (
        await shop_client.post("/products", json={**product, "sku": "CAM-1"}, headers=KEY)
    ).status_code == 409
    await sql.execute("DELETE FROM products WHERE sku = 'CAM-1'")
    again = await shop_client.post("/products", json={**product, "sku": "CAM-1"}, headers=KEY)
    assert again.status_code == 201


async def test_request_in_flight_is_a_conflict_until_it_ends(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, product: Body
) -> None:
    """The first request waits for a lock that the test holds."""
    async with sql.transaction():
        await sql.execute("UPDATE brands SET slug = 'acme-2' WHERE slug = 'acme'")
        first = asyncio.create_task(shop_client.post("/products", json=product, headers=KEY))
        await until(sql, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        second = await shop_client.post("/products", json=product, headers=KEY)
        assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_flight")
        assert int(second.headers["retry-after"]) >= 1
        await sql.execute("UPDATE brands SET slug = 'acme' WHERE slug = 'acme-2'")
    assert (await first).status_code == 201
    assert (await shop_client.post("/products", json=product, headers=KEY)).headers["idempotency-replayed"]


@pytest.mark.parametrize("key", [b"", b"a" * 256, b"tab\there", b"\xc3\xa4"])
async def test_key_that_is_none_is_refused(shop_client: httpx.AsyncClient, order: Body, key: bytes) -> None:
    answer = await shop_client.post("/orders", json=order, headers=[(b"idempotency-key", key)])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.Idempotency-Key"


async def test_two_keys_are_refused(shop_client: httpx.AsyncClient, order: Body) -> None:
    headers = [("idempotency-key", "a"), ("idempotency-key", "b")]
    assert (await shop_client.post("/orders", json=order, headers=headers)).status_code == 422


async def test_keys_outlive_the_program_and_redis(
    database: str, settings_for: Callable[..., Settings], redis_url: str, order: Body
) -> None:
    answers = []
    for _ in range(2):
        async with running(create_app(settings_for(database))) as client:
            answers.append(await client.post("/orders", json=order, headers=KEY))
        with redis.Redis.from_url(redis_url) as server:
            server.flushall()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[0].json() == answers[1].json()


async def test_clients_with_one_key_at_once_make_one_order(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, order: Body
) -> None:
    rounds = 5
    for turn in range(rounds):
        headers = {"Idempotency-Key": f"round-{turn}"}
        posts = [shop_client.post("/orders", json=order, headers=headers) for _ in range(20)]
        answers = await asyncio.gather(*posts)
        made = {answer.content for answer in answers if answer.status_code == 201}
        assert len(made) == 1
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert (
            sum("idempotency-replayed" not in answer.headers for answer in answers if answer.is_success) == 1
        )
    assert await sql.fetchval("SELECT count(*) FROM orders") == rounds


async def test_only_old_keys_are_pruned(
    shop_client: httpx.AsyncClient,
    sql: asyncpg.Connection,
    database: str,
    settings_for: Callable[..., Settings],
    order: Body,
) -> None:
    for age_hours in (1, 47, 49, 100):
        await shop_client.post("/orders", json=order, headers={"Idempotency-Key": str(age_hours)})
        await sql.execute(
            "UPDATE idempotency_keys SET created_at = now() - make_interval(hours => key::int) WHERE key = $1",
            str(age_hours),
        )
    engine = write_engine(settings_for(database).database)
    assert await KeyPruner(Writer(engine), kept_hours=48).prune() == 2
    await engine.dispose()
    assert {row["key"] for row in await sql.fetch("SELECT key FROM idempotency_keys")} == {"1", "47"}
