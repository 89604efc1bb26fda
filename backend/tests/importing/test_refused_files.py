"""Options and files that an import refuses, at once or as the end of its job."""

import gzip

import httpx
import pytest

from tests.conftest import working
from tests.importing.conftest import HEADER, Shop, rows

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop(shop_with_imports: Shop) -> Shop:
    return shop_with_imports


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["where"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"dataset": "orders"}, [("body.dataset", "not_a_choice")]),
        (
            {"on_error": "ignore", "dry_run": "maybe"},
            [("body.on_error", "not_a_choice"), ("body.dry_run", "not_a_boolean")],
        ),
        ({"mapping": "{"}, [("body.mapping", "not_json")]),
        ({"mapping": "[]"}, [("body.mapping", "not_an_object")]),
        ({"mapping": '{"colums": {}}'}, [("body.mapping.colums", "extra_forbidden")]),
        ({"mapping": '{"columns": {"sku": 5}}'}, [("body.mapping.columns.sku", "string_type")]),
        ({"mapping": '{"columns": {"colour": "Kind"}}'}, [("body.mapping", "unusable")]),
        ({"mapping": '{"encoding": "utf-99"}'}, [("body.mapping", "unusable")]),
        ({"mapping": '{"encoding": "base64"}'}, [("body.mapping", "unusable")]),
        ({"mapping": '{"set": {"brand": "a\\u0000b"}}'}, [("body.mapping.set.brand", "invalid_character")]),
        ({"colour": "red"}, [("body.colour", "unknown_field")]),
    ],
)
async def test_wrong_options_are_named_and_nothing_is_kept(
    shop: Shop, fields: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    answer = await shop.post(HEADER + rows(1), **fields)
    assert (answer.status_code, codes(answer)) == (422, errors)
    assert shop.files() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04....", "not_a_table"),
        (b"%PDF-1.7", "not_a_table"),
        (b"a\x00b\n", "not_a_table"),
    ],
)
async def test_what_is_no_table_is_refused_at_once(shop: Shop, data: bytes, code: str) -> None:
    answer = await shop.post(data)
    assert (answer.status_code, codes(answer)) == (422, [("body.file", code)])


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"\x1f\x8b\x08\x00nonsense", "cannot be unpacked"),
        (gzip.compress((HEADER + rows(2000)).encode())[:-30], "cannot be unpacked"),
        (gzip.compress(b"x" * 30_000_000), "longer than 1,048,576"),
        (gzip.compress(HEADER.encode() + b"\n" * 6_000_000), "unpacks to more than 5,000,000 bytes"),
        (HEADER.encode() + b'"' + b"x" * 1_100_000 + b"\n", "longer than 1,048,576"),
        ((HEADER + '1,"never closed\n' + "x\n" * 70_000).encode(), "a quote left open?"),
        (",".join(f"c{number}" for number in range(10_000)).encode() + b"\n", "10,000 columns"),
        (b"sku;name\n1;Lamp\n", "nothing gives category, brand, price, currency"),
        (b"\n\n\n", "is empty"),
        ((HEADER + rows(1)).encode("utf-16")[:-1], "cannot be read"),
    ],
    ids=[
        "no gzip",
        "cut off",
        "one line",
        "bomb",
        "long line",
        "open quote",
        "columns",
        "fields",
        "blank",
        "utf-16",
    ],
)
async def test_file_that_cannot_be_used_ends_its_job_with_the_reason(
    shop: Shop, data: bytes, detail: str
) -> None:
    job = await shop.take(data)
    async with working(shop.settings):
        ended = await shop.ended(job)
    assert (ended["status"], ended["error_code"]) == ("failed", "unusable_file")
    assert detail in ended["error_detail"]
    assert shop.files() == []
    assert await shop.sql.fetchval("SELECT count(*) FROM products") == 0
