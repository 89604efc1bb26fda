"""Requests that mean harm: each is refused by the name of what is wrong, or answered like any other."""

import base64
import json
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.listing.tied_shop import Shop, ids, walks

pytestmark = pytest.mark.anyio

LAST = 2**63 - 1
SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")


def problem(answer: httpx.Response) -> dict[str, str]:
    """Where each error is, and its code."""
    assert answer.headers["content-type"].startswith("application/problem+json")
    return {error["where"]: error["code"] for error in answer.json().get("errors", ())}


@pytest.mark.parametrize("name", ["offset", "page"])
@pytest.mark.parametrize("number", [2**63, 2**64, 10**18 * 99, 10**200])
async def test_row_number_beyond_64_bits_is_refused(
    client: httpx.AsyncClient, name: str, number: int
) -> None:
    answer = await client.get(f"/products?{name}={number}")
    assert answer.status_code == 422
    assert set(problem(answer)) == {f"query.{name}"}


@pytest.mark.parametrize(
    "filters", ["", "&category=cameras", "&q=a", "&created_from=2020-01-01", "&facets=brand"]
)
@pytest.mark.parametrize(
    "position", [f"offset={LAST}", f"page={LAST}", f"page={LAST}&limit=200", "offset=4000000000"]
)
async def test_last_row_number_there_could_be_is_past_the_end(
    client: httpx.AsyncClient, position: str, filters: str
) -> None:
    for sort in ("price", "-rating,name", "created_at,-id"):
        answer = await client.get(f"/products?{position}&sort={sort}{filters}")
        assert answer.status_code == 200
        page = answer.json()
        assert (page["items"], page["next"], page["prev"]) == ([], None, None)


async def test_fifty_sort_keys_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products?sort=" + ",".join(f"key{number}" for number in range(50)))
    assert answer.status_code == 422
    assert problem(answer)["query.sort"] in {"unknown_field", "too_many"}
    repeated = await client.get("/products?sort=" + ",".join(SORTS * 7))
    assert problem(repeated) == {"query.sort": "too_many"}


async def test_every_sort_key_at_once_is_answered(client: httpx.AsyncClient) -> None:
    mixed = ",".join(f"{'-' * (number % 2)}{name}" for number, name in enumerate(reversed(SORTS)))
    for position in ("", "&offset=1500", "&offset=2990"):
        page = (await client.get(f"/products?sort={mixed}&limit=20{position}")).json()
        following = await client.get(f"/products?sort={mixed}&limit=20&cursor={page['next'] or page['prev']}")
        assert following.status_code == 200


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("&".join(f"brand=b{number}" for number in range(500)), "query"),
        ("&".join(f"brand=b{number}" for number in range(201)), "query.brand"),
        ("&".join(["in_stock=true"] * 200), "query.in_stock"),
        ("&".join(f"x{number}=1" for number in range(240)), "query.x0"),
        ("ids=" + ",".join(map(str, range(1, 5_000))), "query.ids"),
        ("fields=" + ",".join(f"f{number}" for number in range(500)), "query.fields"),
        ("facets=" + ",".join(f"f{number}" for number in range(500)), "query.facets"),
        ("limit=201", "query.limit"),
        ("limit=0", "query.limit"),
        ("limit=" + "9" * 5_000, "query.limit"),
        ("count=" + "x" * 5_000, "query.count"),
    ],
)
async def test_more_than_a_list_takes_is_refused_by_name(
    client: httpx.AsyncClient, query: str, where: str
) -> None:
    answer = await client.get(f"/products?{query}")
    assert answer.status_code == 422
    assert where in problem(answer)
    assert len(answer.content) < 100_000


async def test_as_many_values_as_are_allowed_are_answered(client: httpx.AsyncClient) -> None:
    brands = "&".join(f"brand=b{number}" for number in range(200))
    page = (await client.get(f"/products?{brands}&facets=brand,price&sort=-price")).json()
    assert (page["items"], page["total"], page["total_is"]) == ([], 0, "exact")


def forged(parts: list[object]) -> str:
    return base64.urlsafe_b64encode(b"\0" * 12 + json.dumps(parts).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        forged([False, 0, "0" * 18, *range(200)]),
        forged([[]] * 200),
        forged([True, LAST, "", None]),
        "A" * 4_001,
        "A" * 60_000,
        "-",
        "=",
        "%00",
        quote("\N{MATHEMATICAL DOUBLE-STRUCK CAPITAL A}" * 20),
        "null",
        "",
    ],
)
@pytest.mark.parametrize("query", ["", "sort=-price,name&category=cameras&"])
async def test_cursor_that_this_api_did_not_write_is_400(
    client: httpx.AsyncClient, query: str, cursor: str
) -> None:
    answer = await client.get(f"/products?{query}cursor={cursor}")
    assert answer.status_code == 400
    assert "query.cursor" in answer.json()["detail"]


@settings(walks, max_examples=60)
@given(data=st.data())
async def test_cursor_that_was_changed_is_400(small_shop: Shop, data: st.DataObject) -> None:
    page = await small_shop.page({}, ["price"], limit=5)
    cursor = page["next"]
    place = data.draw(st.integers(0, len(cursor) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda letter: letter != cursor[place]))
    kind = data.draw(st.sampled_from(("change", "cut", "double", "insert")))
    changed = {
        "change": cursor[:place] + letter + cursor[place + 1 :],
        "cut": cursor[:place],
        "double": cursor + cursor,
        "insert": cursor[:place] + letter + cursor[place:],
    }[kind]
    query = urlencode({"sort": "price", "limit": 5, "fields": "id", "cursor": changed})
    answer = await small_shop.client.get(f"/products?{query}")
    assert answer.status_code == 400
    assert ids(await small_shop.page({}, ["price"], limit=5, cursor=cursor))


async def test_cursor_of_one_list_is_no_cursor_of_another(client: httpx.AsyncClient) -> None:
    cursor = (await client.get("/products?sort=price&limit=5")).json()["next"]
    for other in ("sort=-price", "sort=price,name", "sort=price&brand=acme", "sort=price&q=a"):
        assert (await client.get(f"/products?{other}&cursor={cursor}")).status_code == 400
    assert (await client.get(f"/orders?sort=total&cursor={cursor}")).status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "a " * 5_000,
        "x" * 10_000,
        "-" * 500,
        '"' * 501,
        "OR " * 300,
        "& | ! ( ) : * <->",
        "\\'" * 400,
        "'" * 999,
    ],
)
async def test_words_without_end_or_sense_are_answered(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.get("/products", params={"q": text, "facets": "category", "limit": 5})
    assert answer.status_code in {200, 422}
