"""Imports over HTTP, carried out by a worker."""

import asyncio
import csv
import gzip
import io
import json

import httpx
import pytest

from tests.conftest import working
from tests.importing.conftest import HEADER, Shop, rows

pytestmark = pytest.mark.anyio

COUNTS = ("rows_read", "rows_created", "rows_updated", "rows_unchanged", "rows_failed")


@pytest.fixture
def shop(shop_with_imports: Shop) -> Shop:
    return shop_with_imports


def counts(job: dict[str, object]) -> tuple[object, ...]:
    return tuple(job[name] for name in COUNTS)


async def test_file_is_imported_and_its_job_tells_what_became_of_it(shop: Shop) -> None:
    taken = await shop.post(HEADER + rows(3))
    job = taken.json()
    assert (job["status"], job["file_name"], counts(job)) == ("queued", "products.csv", (0, 0, 0, 0, 0))
    async with working(shop.settings):
        ended = await shop.ended(job["id"])
    assert (ended["status"], counts(ended), ended["progress"]) == ("completed", (3, 3, 0, 0, 0), 1.0)
    assert ended["started_at"] <= ended["finished_at"]
    assert await shop.sql.fetchval("SELECT count(*) FROM products") == 3
    assert shop.files() == []


async def test_same_file_again_changes_nothing_and_another_price_updates(shop: Shop) -> None:
    jobs = [
        await shop.take(HEADER + rows(3)),
        await shop.take(HEADER + rows(3)),
        await shop.take(HEADER + rows(1, price="5") + rows(2, first=2)),
    ]
    async with working(shop.settings):
        ended = [counts(await shop.ended(job)) for job in jobs]
    assert ended == [(3, 3, 0, 0, 0), (3, 0, 0, 3, 0), (3, 0, 1, 2, 0)]


async def test_ndjson_and_gzip_are_recognised(shop: Shop) -> None:
    line = {"sku": "1", "name": "Lamp", "category": "Light", "brand": "Acme", "price": 9.5, "currency": "EUR"}
    jobs = [
        await shop.take(json.dumps(line) + "\n", "products.ndjson"),
        await shop.take(gzip.compress((HEADER + rows(2)).encode()), "products.csv.gz"),
    ]
    async with working(shop.settings):
        ended = [await shop.ended(job) for job in jobs]
    assert [counts(job) for job in ended] == [(1, 1, 0, 0, 0), (2, 2, 0, 0, 0)]


async def test_mapping_says_where_fields_come_from(shop: Shop) -> None:
    mapping = {
        "columns": {"sku": "Article", "name": "Title", "category": "Kind", "price": "Price"},
        "set": {"brand": "IKEA", "currency": "sar"},
        "decimal": "comma",
    }
    data = "Article;Title;Kind;Price\r\n7;Stol;Chairs;1.265,5\r\n"
    job = await shop.take(data, mapping=json.dumps(mapping))
    async with working(shop.settings):
        assert counts(await shop.ended(job)) == (1, 1, 0, 0, 0)
    row = await shop.sql.fetchrow("SELECT sku, brand, price::text, currency FROM products")
    assert tuple(row) == ("7", "ikea", "1265.50", "SAR")


async def test_refused_rows_are_listed_and_downloaded(shop: Shop) -> None:
    bad = "S-8,,Light,Acme,free,EUR\nS-9,=1+1,Light,Acme,=x,EUR\n"
    job = await shop.take(HEADER + rows(2) + bad + rows(1))
    async with working(shop.settings):
        ended = await shop.ended(job)
    assert (counts(ended), ended["errors_kept"]) == ((5, 2, 0, 0, 3), 4)
    listed = (await shop.client.get(f"/imports/{job}/errors?count=exact")).json()
    assert [(item["line"], item["column"], item["value"], item["code"]) for item in listed["items"]] == [
        (4, "name", "", "missing"),
        (4, "price", "free", "not_a_number"),
        (5, "price", "=x", "not_a_number"),
        (6, "sku", "S-1", "duplicate_sku"),
    ]
    assert listed["total"] == 4
    only = await shop.client.get(f"/imports/{job}/errors?code=missing&fields=line")
    assert [item["line"] for item in only.json()["items"]] == [4]
    page = await shop.client.get(f"/imports/{job}/errors?limit=1")
    following = page.headers["link"].split("<")[2].split(">")[0].removeprefix("/api/v1")
    assert [item["line"] for item in (await shop.client.get(following)).json()["items"]] == [4]
    report = await shop.client.get(f"/imports/{job}/errors?format=csv&fields=line,column,value,code,message")
    assert report.content.startswith(b"\xef\xbb\xbf")
    assert f'filename="import-{job}-errors.csv"' in report.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert [row["value"] for row in table] == ["", "free", "'=x", "S-1"]


async def test_reject_all_changes_nothing_when_one_row_is_refused(shop: Shop) -> None:
    job = await shop.take(HEADER + rows(2) + "S-9,Lamp,Light,Acme,free,EUR\n", on_error="reject_all")
    async with working(shop.settings):
        ended = await shop.ended(job)
    assert (ended["status"], ended["error_code"], counts(ended)) == (
        "failed",
        "rows_refused",
        (3, 0, 0, 0, 1),
    )
    assert "1 of 3 rows" in ended["error_detail"]
    assert await shop.sql.fetchval("SELECT count(*) FROM products") == 0


async def test_reject_all_takes_a_file_without_fault(shop: Shop) -> None:
    job = await shop.take(HEADER + rows(2), on_error="reject_all")
    async with working(shop.settings):
        assert counts(await shop.ended(job)) == (2, 2, 0, 0, 0)


async def test_dry_run_tells_everything_and_changes_nothing(shop: Shop) -> None:
    await_first = await shop.take(HEADER + rows(2))
    job = await shop.take(HEADER + rows(1, price="5") + rows(3, first=2) + "x,,L,A,1,EUR\n", dry_run="true")
    async with working(shop.settings):
        await shop.ended(await_first)
        ended = await shop.ended(job)
    assert (ended["status"], counts(ended)) == ("completed", (5, 2, 1, 1, 1))
    assert await shop.sql.fetch("SELECT DISTINCT price::text FROM products") == [("9.99",)]


async def test_upload_that_is_repeated_with_its_key_is_one_import(shop: Shop) -> None:
    async def post(data: str, key: str) -> httpx.Response:
        form = {"files": {"file": ("p.csv", data)}, "headers": {"Idempotency-Key": key}}
        return await shop.client.post("/imports", **form)

    first, again = await post(HEADER + rows(1), "key"), await post(HEADER + rows(1), "key")
    assert (first.status_code, again.status_code, again.content) == (202, 202, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(shop.files()) == 1
    other = await post(HEADER + rows(2), "key")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await post(HEADER + rows(1), "another")).json()["id"] != first.json()["id"]
    assert len(shop.files()) == 2


async def test_import_that_is_queued_is_cancelled_at_once(shop: Shop) -> None:
    job = await shop.take(HEADER + rows(1))
    cancelled = await shop.client.post(f"/imports/{job}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await shop.client.post(f"/imports/{job}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    async with working(shop.settings):
        await shop.ended(await shop.take(HEADER + rows(2)))
    assert await shop.sql.fetchval("SELECT count(*) FROM products") == 2
    assert shop.files() == []


async def test_import_that_runs_is_cancelled_within_two_seconds(shop: Shop) -> None:
    await shop.sql.execute(
        "INSERT INTO categories (slug, label) VALUES ('c', 'c'); INSERT INTO brands (slug, label) VALUES ('b', 'b');"
        "INSERT INTO products (sku, name, category, brand, price, currency) VALUES ('0', 'x', 'c', 'b', 1, 'EUR')"
    )
    job = await shop.take(HEADER + rows(120_000))
    async with working(shop.settings):
        await shop.until(job, lambda found: found["rows_created"] > 0)
        assert (await shop.client.post(f"/imports/{job}/cancel")).json()["status"] == "cancelling"
        ended = await asyncio.wait_for(shop.ended(job), timeout=2)
    assert ended["status"] == "cancelled"
    assert 0 < ended["rows_created"] < 120_000
    assert await shop.sql.fetchval("SELECT count(*) FROM products") == ended["rows_created"] + 1
    assert shop.files() == []


async def test_record_is_deleted_once_it_has_ended(shop: Shop) -> None:
    job = await shop.take(HEADER + "x,,L,A,1,EUR\n")
    refused = await shop.client.delete(f"/imports/{job}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    async with working(shop.settings):
        await shop.ended(job)
    assert (await shop.client.delete(f"/imports/{job}")).status_code == 204
    assert (await shop.client.get(f"/imports/{job}")).status_code == 404
    assert (await shop.client.get(f"/imports/{job}/errors")).status_code == 404
    assert await shop.sql.fetchval("SELECT count(*) FROM import_errors") == 0


async def test_progress_and_products_are_in_the_change_log(shop: Shop) -> None:
    job = await shop.take(HEADER + rows(3))
    async with working(shop.settings):
        await shop.ended(job)
    logged = await shop.sql.fetch(
        "SELECT dataset, operation, ids, tags, request_id FROM changes ORDER BY position"
    )
    of_job = [row for row in logged if row["dataset"] == "imports"]
    assert {tuple(row["ids"]) for row in of_job} == {(job,)}
    assert of_job[0]["tags"] == ["status=queued"]
    assert "status=completed" in of_job[-1]["tags"]
    [products] = [row for row in logged if row["dataset"] == "products"]
    assert (products["operation"], len(products["ids"]), products["request_id"]) == (
        "insert",
        3,
        f"import-{job}",
    )


async def test_imports_are_listed_the_latest_first(shop: Shop) -> None:
    jobs = [await shop.take(HEADER + rows(1)) for _ in range(3)]
    await shop.client.post(f"/imports/{jobs[0]}/cancel")
    listed = (await shop.client.get("/imports")).json()["items"]
    assert [item["id"] for item in listed] == jobs[::-1]
    only = (await shop.client.get("/imports?status=queued&dry_run=false")).json()["items"]
    assert [item["id"] for item in only] == jobs[:0:-1]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", "/cancel"), ("DELETE", ""), ("GET", "/errors")]
)
async def test_import_that_does_not_exist(shop: Shop, method: str, path: str) -> None:
    assert (await shop.client.request(method, f"/imports/999{path}")).status_code == 404
