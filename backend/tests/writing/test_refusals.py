"""Bodies and headers that are refused: one clear problem that names the field, and nothing changes."""

from typing import Any

import asyncpg
import httpx
import pytest

pytestmark = pytest.mark.anyio
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("patch", "where", "code"),
    [
        ({"price": "5"}, "body.price", "not_a_number"),
        ({"price": True}, "body.price", "not_a_number"),
        ({"price": 1.005}, "body.price", "decimal_max_places"),
        ({"price": 1.000001}, "body.price", "decimal_max_places"),
        ({"price": -0.01}, "body.price", "greater_than_equal"),
        ({"price": 1e10}, "body.price", "less_than_equal"),
        ({"price": None}, "body.price", "not_a_number"),
        ({"stock": "5"}, "body.stock", "int_type"),
        ({"stock": True}, "body.stock", "int_type"),
        ({"stock": 1.5}, "body.stock", "int_type"),
        ({"stock": -1}, "body.stock", "greater_than_equal"),
        ({"stock": 2**31}, "body.stock", "less_than_equal"),
        ({"stock": 2**63}, "body.stock", "not_an_integer"),
        ({"rating": 5.01}, "body.rating", "less_than_equal"),
        ({"name": ""}, "body.name", "string_too_short"),
        ({"name": "  "}, "body.name", "string_pattern_mismatch"),
        ({"name": "a" * 301}, "body.name", "string_too_long"),
        ({"name": "a\0"}, "body.name", "invalid_character"),
        ({"name": 5}, "body.name", "string_type"),
        ({"currency": "eur"}, "body.currency", "string_pattern_mismatch"),
        ({"image_url": "javascript:alert(1)"}, "body.image_url", "string_pattern_mismatch"),
        ({"category": "No slug"}, "body.category", "string_pattern_mismatch"),
        ({"category": "nowhere"}, "body.category", "foreign_key"),
        ({"brand": "nobody"}, "body.brand", "foreign_key"),
        ({"colour": "red"}, "body.colour", "unknown_field"),
        ({"id": 5}, "body.id", "server_owned"),
        ({"version": 5}, "body.version", "server_owned"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "body.created_at", "server_owned"),
    ],
)
async def test_value_that_is_refused_is_named(
    shop_client: httpx.AsyncClient, product: dict[str, object], patch: dict[str, Any], where: str, code: str
) -> None:
    before = (await shop_client.get("/products/1")).json()
    for answer in (
        await shop_client.patch("/products/1", json=patch),
        await shop_client.post("/products", json={**product, **patch}),
        await shop_client.put("/products/1", json={**product, **patch}),
    ):
        assert answer.status_code == 422
        assert [(error["where"], error["code"]) for error in answer.json()["errors"]] == [(where, code)]
    assert (await shop_client.get("/products/1")).json() == before


async def test_everything_wrong_is_named_at_once(shop_client: httpx.AsyncClient) -> None:
    answer = await shop_client.post("/products", json={"sku": "", "price": "1", "colour": 1})
    assert {error["where"] for error in answer.json()["errors"]} == {
        f"body.{name}" for name in ("sku", "price", "colour", "name", "category", "brand", "currency")
    }


async def test_sku_that_is_taken_is_a_conflict(
    shop_client: httpx.AsyncClient, product: dict[str, object]
) -> None:
    answer = await shop_client.post("/products", json={**product, "sku": "CAM-1"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (409, "body.sku")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"price": NaN}', 400),
        (b'{"price": -Infinity}', 400),
        (b'{"price": 1e400}', 422),
        (b'{"stock": 1, "stock": 2}', 400),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "\xff"}', 400),
        (b'{"name": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
    ],
    ids=lambda value: repr(value)[:30],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_hostile_body_is_refused(
    shop_client: httpx.AsyncClient, method: str, content: bytes, status: int
) -> None:
    path = "/products" if method == "POST" else "/products/1"
    answer = await shop_client.request(method, path, content=content, headers=JSON)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json-patch+json"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
    ids=str,
)
async def test_body_of_another_kind_is_415(shop_client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await shop_client.patch("/products/1", content=b"{}", headers=headers)
    assert answer.status_code == 415
    merge = {"content-type": "application/merge-patch+json"}
    assert (await shop_client.put("/products/1", content=b"{}", headers=merge)).status_code == 415


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/products/0", 422),
        ("/products/-1", 422),
        ("/products/1.5", 422),
        ("/products/9223372036854775808", 422),
        ("/products/" + "9" * 5_000, 422),
        ("/products/999999", 404),
        ("/products/stats", 405),
        ("/products/abc", 404),
        ("/products/categories/no-such", 404),
        ("/products/categories/%00", 422),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_address_of_no_record_is_refused(
    shop_client: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await shop_client.patch(path, json={})).status_code == status
    assert (await shop_client.delete(path)).status_code == status


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"1"', 200),
        ("*", 200),
        ('"9", "1"', 200),
        ('"9" ,, "1"', 200),
        ('"9" "1"', 400),
        ('W/"1"', 412),
        ('"2"', 412),
        ('"abc"', 412),
        ('"01"', 412),
        ('"99999999999999999999"', 412),
        ('""', 412),
        ("1", 400),
        ('"1', 400),
        ("*, *", 400),
    ],
)
async def test_if_match_decides(shop_client: httpx.AsyncClient, tag: str, status: int) -> None:
    before = (await shop_client.get("/products/1")).json()
    answer = await shop_client.patch("/products/1", json={"stock": 3}, headers={"If-Match": tag})
    assert answer.status_code == status
    if status != 200:
        assert (await shop_client.get("/products/1")).json() == before
    if status == 412:
        assert answer.headers["etag"] == '"1"'
        assert (answer.json()["code"], answer.json()["version"]) == ("precondition_failed", 1)


async def test_if_match_decides_a_deletion_and_a_patch_of_nothing(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    stale = {"If-Match": '"7"'}
    assert (await shop_client.delete("/products/1", headers=stale)).status_code == 412
    assert (await shop_client.patch("/products/1", json={}, headers=stale)).status_code == 412
    assert (await shop_client.patch("/products/99", json={}, headers=stale)).status_code == 404
    assert await sql.fetchval("SELECT version FROM products WHERE id = 1") == 1
