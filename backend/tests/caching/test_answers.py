"""What a client sees of the cache: where an answer came from, and that it is the same wherever it came from."""

import brotli
import httpx
import pytest
import zstandard

pytestmark = pytest.mark.anyio
LIST = "/products?category=cameras&sort=-price"
SAME = ("etag", "link", "content-type", "cache-control", "vary", "x-content-type-options")


async def test_second_answer_comes_from_memory_and_is_the_same(client: httpx.AsyncClient) -> None:
    first, second = await client.get(LIST), await client.get(LIST)
    assert [first.headers["x-cache"], second.headers["x-cache"]] == ["MISS", "HIT-LOCAL"]
    assert first.content == second.content
    assert [first.headers[name] for name in SAME] == [second.headers[name] for name in SAME]


@pytest.mark.parametrize(
    "other",
    [
        "/products?sort=-price&category=cameras",
        "/products?sort=-price&category=cameras&category=cameras",
        "/products?sort=-price,-id&category=cameras&limit=50&offset=0&count=auto",
        "/products?sort=-price&category=%63ameras&page=1",
    ],
)
async def test_other_spellings_are_the_same_question(client: httpx.AsyncClient, other: str) -> None:
    await client.get(LIST)
    assert (await client.get(other)).headers["x-cache"] == "HIT-LOCAL"


@pytest.mark.parametrize(
    "other", ["category=books", "category=cameras&limit=49", "category=cameras&offset=1"]
)
async def test_other_questions_are_not(client: httpx.AsyncClient, other: str) -> None:
    await client.get(LIST)
    assert (await client.get(f"/products?sort=-price&{other}")).headers["x-cache"] == "MISS"


@pytest.mark.parametrize("tags", ["{etag}", "W/{etag}", '"x", {etag}', "*"])
@pytest.mark.parametrize("path", [LIST, "/products/1"])
async def test_unchanged_answer_is_not_sent_again(client: httpx.AsyncClient, path: str, tags: str) -> None:
    etag = (await client.get(path)).headers["etag"]
    answer = await client.get(path, headers={"If-None-Match": tags.format(etag=etag)})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_other_entity_tags_change_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products/1", headers={"If-None-Match": '"other", W/"another"'})
    assert answer.status_code == 200


async def test_record_carries_its_version(client: httpx.AsyncClient) -> None:
    for path in ("/products/1", "/orders/1", "/drivers/1"):
        answer = await client.get(path)
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, br, zstd", "zstd"),
        ("gzip;q=0.9, br;q=1.0", "br"),
        ("*", "zstd"),
        ("identity;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.2, identity;q=0.8", None),
    ],
)
async def test_coding_is_negotiated(client: httpx.AsyncClient, accepted: str, coding: str | None) -> None:
    plain = (await client.get(LIST, headers={"Accept-Encoding": "identity"})).content
    for _ in range(2):
        async with client.stream("GET", LIST, headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coding
        assert int(answer.headers["content-length"]) == len(raw)
    unpack = {"zstd": zstandard.decompress, "br": brotli.decompress}
    if coding in unpack:
        assert unpack[coding](raw) == plain


async def test_no_acceptable_coding_is_406(client: httpx.AsyncClient) -> None:
    await client.get(LIST)
    answer = await client.get(LIST, headers={"Accept-Encoding": "identity;q=0"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


async def test_head_is_get_without_a_body(client: httpx.AsyncClient) -> None:
    whole = await client.get(LIST)
    for _ in range(2):
        head = await client.head(LIST)
        assert (head.content, head.headers["content-length"]) == (b"", whole.headers["content-length"])


async def test_errors_are_not_kept_and_carry_the_askers_id(client: httpx.AsyncClient) -> None:
    for number in range(2):
        name = f"asker-{number}"
        answer = await client.get("/products/999999999", headers={"X-Request-ID": name})
        assert (answer.status_code, answer.headers["x-cache"]) == (404, "MISS")
        assert answer.json()["request_id"] == answer.headers["x-request-id"] == name


async def test_malformed_token_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get(LIST, headers={"Consistency-Token": "nonsense"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "header.Consistency-Token")
