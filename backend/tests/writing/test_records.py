"""Creating, replacing, changing and deleting records, the same for every resource."""

import json

import asyncpg
import httpx
import pytest

from catalogue.app import RESOURCES
from catalogue.writing.declaration import Resource

pytestmark = pytest.mark.anyio
names = [resource.title for resource in RESOURCES]


@pytest.mark.parametrize("resource", RESOURCES, ids=names)
async def test_record_lives_from_post_to_delete(shop_client: httpx.AsyncClient, resource: Resource) -> None:
    path = resource.address
    body = dict(resource.example)
    made = await shop_client.post(path, json=body)
    assert made.status_code == 201, made.text
    record = made.json()
    assert tuple(record) == resource.fields
    assert {name: record[name] for name in body} == body
    assert made.headers["etag"] == '"1"'
    address = f"http://catalogue{made.headers['location']}"
    assert (await shop_client.get(address)).json() == record
    field = list(body)[1] if len(body) > 1 else "license_plate"
    changed = await shop_client.patch(address, json={field: "Changed"})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == {
        **record,
        field: "Changed",
        "version": 2,
        "updated_at": changed.json()["updated_at"],
    }
    replaced = await shop_client.put(address, json=body, headers={"If-Match": '"2"'})
    assert (replaced.status_code, replaced.json()[field], replaced.json()["version"]) == (200, body[field], 3)
    gone = await shop_client.delete(address, headers={"If-Match": '"3"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await shop_client.get(address)).status_code == 404
    for answer in (
        await shop_client.put(address, json=body),
        await shop_client.patch(address, json={}),
        await shop_client.delete(address),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_money_stays_exact(shop_client: httpx.AsyncClient, product: dict[str, object]) -> None:
    made = await shop_client.post("/products", json={**product, "price": 9_999_999_999.99})
    assert json.loads(made.text, parse_float=str)["price"] == "9999999999.99"


@pytest.mark.parametrize(
    ("sent", "kept"), [("0.30000000000000004", "0.30"), ("5", "5.00"), ("2.5e1", "25.00")]
)
async def test_number_is_read_for_what_it_means(shop_client: httpx.AsyncClient, sent: str, kept: str) -> None:
    content = f'{{"price": {sent}, "stock": 7.0}}'.encode()
    answer = await shop_client.patch(
        "/products/1", content=content, headers={"content-type": "application/json"}
    )
    record = json.loads(answer.text, parse_float=str)
    assert (record["price"], record["stock"]) == (kept, 7)


async def test_put_sets_what_is_left_out_to_its_default(shop_client: httpx.AsyncClient) -> None:
    body = {"sku": "CAM-1", "name": "A", "category": "lenses", "brand": "acme", "price": 1, "currency": "EUR"}
    record = (await shop_client.put("/products/1", json=body)).json()
    assert (record["stock"], record["description"], record["image_url"], record["price"]) == (
        0,
        "",
        None,
        1.0,
    )


async def test_patch_that_changes_nothing_leaves_the_version(shop_client: httpx.AsyncClient) -> None:
    before = (await shop_client.get("/products/1")).json()
    for patch in ({}, {"stock": 10}, {"price": 249.95, "image_url": None}):
        answer = await shop_client.patch("/products/1", json=patch)
        assert (answer.status_code, answer.json()) == (200, before)


async def test_merge_patch_sets_null(shop_client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/merge-patch+json"}
    await shop_client.patch("/products/1", content=b'{"image_url": "/images/1.webp"}', headers=headers)
    answer = await shop_client.patch("/products/1", content=b'{"image_url": null}', headers=headers)
    assert (answer.status_code, answer.json()["image_url"]) == (200, None)


async def test_change_by_psql_raises_the_version_too(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection
) -> None:
    await sql.execute("UPDATE products SET stock = 3 WHERE id = 1")
    await sql.execute("UPDATE products SET stock = 3 WHERE id = 1")
    record = (await shop_client.get("/products/1")).json()
    assert record["version"] == 2
    assert record["updated_at"] > record["created_at"]


async def test_every_column_of_a_versioned_table_raises_its_version(sql: asyncpg.Connection) -> None:
    """A column that a later migration adds must be added to the trigger as well."""
    rows = await sql.fetch(
        """
        SELECT tgrelid::regclass::text AS name, pg_get_triggerdef(tgs.oid) AS definition,
          array(SELECT attname::text FROM pg_attribute WHERE attrelid = tgrelid AND attnum > 0
            AND NOT attisdropped AND attgenerated = '' AND attname NOT IN ('version', 'updated_at')) AS columns
        FROM pg_trigger AS tgs WHERE tgname = 'keep_version'
        """
    )
    assert {row["name"] for row in rows} >= {resource.model.__tablename__ for resource in RESOURCES} | {
        "orders"
    }
    for row in rows:
        missing = [name for name in row["columns"] if f"new.{name}" not in row["definition"]]
        assert missing == [], row["name"]


@pytest.mark.parametrize(
    ("path", "used_by"),
    [
        ("/products/1", {"order_lines": 1}),
        ("/products/categories/cameras", {"products": 2}),
        ("/products/brands/acme", {"products": 3}),
        ("/products/categories/lenses", {"categories": 1, "products": 2}),
        ("/terminals/1", {"orders": 1}),
        ("/drivers/1", {"orders": 1}),
        ("/trucks/1", {"orders": 1}),
        ("/trailers/1", {"orders": 1}),
    ],
    ids=str,
)
async def test_what_is_in_use_stays_and_the_answer_says_by_what(
    shop_client: httpx.AsyncClient, sql: asyncpg.Connection, path: str, used_by: dict[str, int]
) -> None:
    await sql.execute(
        """
        INSERT INTO categories (slug, label, parent) VALUES ('wide-lenses', 'Wide', 'lenses');
        INSERT INTO orders (reference, service, terminal_id, eta_driver_id, etd_driver_id, truck_id, trailer_id,
          customer_name, currency) VALUES ('A', 'express', 1, 1, 1, 1, 1, 'Ada', 'EUR');
        INSERT INTO order_lines VALUES (1, 1, 1, 'CAM-1', 'Pocket camera', 1, 249.95);
        """
    )
    answer = await shop_client.delete(path)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "in_use")
    assert {error["where"]: int(error["message"].split()[0]) for error in problem["errors"]} == used_by
    assert (await shop_client.get(path)).status_code == 200


async def test_categories_stay_a_tree(shop_client: httpx.AsyncClient) -> None:
    await shop_client.post(
        "/products/categories", json={"slug": "compact", "label": "Compact", "parent": "cameras"}
    )
    await shop_client.post(
        "/products/categories", json={"slug": "tiny", "label": "Tiny", "parent": "compact"}
    )
    for parent in ("tiny", "compact", "cameras"):
        answer = await shop_client.patch("/products/categories/cameras", json={"parent": parent})
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.parent")
    assert (
        await shop_client.patch("/products/categories/tiny", json={"parent": "lenses"})
    ).status_code == 200


async def test_category_cannot_take_the_slug_of_its_parent(shop_client: httpx.AsyncClient) -> None:
    tiny = {"slug": "tiny", "label": "Tiny", "parent": "cameras"}
    await shop_client.post("/products/categories", json=tiny)
    answer = await shop_client.patch("/products/categories/tiny", json={"slug": "cameras"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "unique")


async def test_slug_that_changes_takes_its_products_along(shop_client: httpx.AsyncClient) -> None:
    answer = await shop_client.patch("/products/categories/cameras", json={"slug": "photo-cameras"})
    assert answer.status_code == 200
    assert (await shop_client.get("/products/1")).json()["category"] == "photo-cameras"
    counted = (await shop_client.get("/products?category=photo-cameras&count=exact&facets=brand")).json()
    assert counted["total"] == 2


async def test_summaries_follow_every_write(
    shop_client: httpx.AsyncClient, product: dict[str, object]
) -> None:
    await shop_client.post("/products", json=product)
    await shop_client.patch("/products/1", json={"category": "lenses"})
    await shop_client.delete("/products/2")
    page = (await shop_client.get("/products?facets=category&count=exact")).json()
    assert page["total"] == 4
    assert {part["value"]: part["count"] for part in page["facets"]["category"]} == {
        "cameras": 1,
        "lenses": 3,
    }
