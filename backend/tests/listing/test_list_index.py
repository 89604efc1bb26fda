"""The list index: any row number at the cost of a seek, exact when fresh, useful when stale, never in the way."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from catalogue.listing.building import page_statement
from catalogue.listing.index_store import IndexStore
from catalogue.listing.list_index import STRIDE, ListIndex
from catalogue.listing.list_request import ListRequest
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from tests.listing.tied_shop import ROWS, Shop, filters, ids, sorts, walks

pytestmark = pytest.mark.anyio

ROW_COUNT = 1_700


def request_of(filters: dict[str, str], sort: list[str]) -> ListRequest:
    query = "&".join(f"{name}={text}" for name, text in {**filters, "sort": ",".join(sort)}.items())
    return parse_request(PRODUCTS, query.encode())


async def built(shop: Shop, request: ListRequest) -> ListIndex:
    index = await shop.app.state.index_builder.build(request)
    assert isinstance(index, ListIndex)
    return index


@settings(walks, max_examples=40)
@given(filters=filters, sort=sorts, offsets=st.lists(st.integers(0, ROW_COUNT + 10), min_size=4, max_size=4))
async def test_page_at_an_offset_equals_sql(
    small_shop: Shop, filters: dict[str, str], sort: list[str], offsets: list[int]
) -> None:
    if await small_shop.connection.fetchval("SELECT count(*) FROM products") != ROW_COUNT:
        await small_shop.fill(ROW_COUNT)
    expected = await small_shop.expected(filters, sort)
    index = await built(small_shop, request_of(filters, sort))
    assert index.total == len(expected)
    assert len(index.packed) == -(-len(expected) // STRIDE)
    for offset in (*offsets, STRIDE - 1, STRIDE, STRIDE + 1):
        page = await small_shop.page(filters, sort, offset=offset, limit=30)
        assert ids(page) == expected[offset : offset + 30]


async def test_index_that_is_fresh_gives_an_exact_total(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    await built(small_shop, request_of({}, ["price"]))
    page = await small_shop.page({}, ["price"], limit=10)
    assert (page["total"], page["total_is"]) == (ROW_COUNT, "exact")


async def test_index_that_a_write_made_stale_keeps_giving_positions(small_shop: Shop, far: None) -> None:
    await small_shop.fill(ROW_COUNT)
    await built(small_shop, request_of({}, ["price"]))
    await small_shop.connection.execute("DELETE FROM products WHERE id % 400 = 0")
    expected = await small_shop.expected({}, ["price"])
    page = await small_shop.page({}, ["price"], offset=1_200, limit=10)
    assert (page["total"], page["total_is"]) == (len(expected), "exact")
    assert (page["offset"], page["offset_is"]) == (1_200, "estimate")
    first = expected.index(ids(page)[0])
    assert ids(page) == expected[first : first + 10]
    assert abs(first - 1_200) <= ROW_COUNT // 400


async def test_end_of_a_list_found_by_a_stale_index_proves_no_total(small_shop: Shop, far: None) -> None:
    await small_shop.fill(ROW_COUNT)
    filters = {"created_from": "2026-01-02T00:00:00Z"}
    index = await built(small_shop, request_of(filters, ["price"]))
    await small_shop.connection.execute("DELETE FROM products WHERE id % 399 = 0")
    assert (await small_shop.page({}, ["price"], limit=1))["total"] < ROW_COUNT
    page = await small_shop.page(filters, ["price"], offset=index.total - 30, limit=60)
    assert page["offset_is"] == "estimate"
    if page["total_is"] == "exact":  # made anew meanwhile
        assert page["total"] == len(await small_shop.expected(filters, ["price"]))


async def test_exact_count_never_takes_a_stale_index(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    await built(small_shop, request_of({}, ["price"]))
    await small_shop.connection.execute("DELETE FROM products WHERE id % 3 = 0")
    expected = await small_shop.expected({}, ["price"])
    page = await small_shop.page({}, ["price"], offset=1_000, limit=10, count="exact")
    assert ids(page) == expected[1_000:1_010]
    assert (page["total"], page["total_is"]) == (len(expected), "exact")


async def test_update_that_keeps_the_count_makes_an_index_stale(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    filters = {"created_from": "2026-01-02T00:00:00Z"}
    await built(small_shop, request_of(filters, ["name"]))
    await small_shop.connection.execute("UPDATE products SET name = name || '!' WHERE id = 5")
    page = await small_shop.page(filters, ["name"], limit=10)
    assert page["total_is"] == "estimate"


async def test_list_nobody_asked_before_is_answered_at_once_and_indexed_for_later(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    sort, filters = ["-stock", "name"], {"created_from": "2026-01-02T00:00:00Z"}
    expected = await small_shop.expected(filters, sort)
    page = await small_shop.page(filters, sort, offset=1_200, limit=10)
    assert ids(page) == expected[1_200:1_210]
    async with asyncio.timeout(10):
        while page["total_is"] != "exact":
            page = await small_shop.page(filters, sort, offset=1_100, limit=10)
    assert (page["total"], ids(page)) == (len(expected), expected[1_100:1_110])


async def test_index_comes_back_from_redis_as_it_was(small_shop: Shop, redis_url: str) -> None:
    await small_shop.fill(ROW_COUNT)
    request = replace(request_of({}, ["-rating", "price", "created_at"]), offset=1_234)
    index = await built(small_shop, request)
    redis = Redis.from_url(redis_url)
    database_url = small_shop.app.state.settings.database.database_url
    digest = request.upward.digest
    shared = await IndexStore(redis, timeout_s=1, database_url=database_url).shared(digest)
    assert await IndexStore(redis, timeout_s=1, database_url="another").shared(digest) is None
    await redis.aclose()
    assert shared is not None
    assert (shared.total, shared.epoch, shared.packed) == (index.total, index.epoch, index.packed)
    assert shared.route(request) == index.route(request)


@pytest.mark.parametrize("lie", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
async def test_redis_that_lies_is_a_miss(redis_url: str, lie: bytes) -> None:
    redis = Redis.from_url(redis_url)
    store = IndexStore(redis, timeout_s=1)
    await store.share("lied", ListIndex(1, None, (b"[1]",)))
    [key] = [key async for key in redis.scan_iter("catalogue:list-index:*:lied")]
    assert await store.shared("lied") is not None
    await redis.set(key, lie)
    assert await store.shared("lied") is None
    await redis.aclose()


async def test_redis_that_is_gone_is_a_miss() -> None:
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    store = IndexStore(redis, timeout_s=0.2)
    await store.share("any", ListIndex(1, None, (b"[1]",)))
    assert await store.shared("any") is None


async def test_store_drops_what_was_used_least_recently() -> None:
    index = ListIndex(1, None, (b"[1]",))
    store = IndexStore(Redis.from_url("redis://127.0.0.1:1/0"), timeout_s=0.1, max_bytes=2 * index.size_bytes)
    store.keep("first", index)
    store.keep("second", index)
    assert store.local("first") is index
    store.keep("third", index)
    assert (store.local("first"), store.local("second"), store.local("third")) == (index, None, index)


async def test_deep_page_reads_at_most_a_stride_of_the_index(small_shop: Shop) -> None:
    await small_shop.fill(ROW_COUNT)
    await small_shop.connection.execute(ROWS.format(20_000))
    await small_shop.connection.execute("VACUUM (ANALYZE) products")
    request = request_of({}, ["price"])
    index = await built(small_shop, request)
    anchor = index.anchor(request, 20_499)
    assert anchor is not None
    statement = page_statement(request, "anchor")
    values = {f"key_{number}": key for number, key in enumerate(anchor.keys)} | {"offset": anchor.skip}
    plan = await small_shop.connection.fetch(
        f"EXPLAIN (ANALYZE, FORMAT TEXT) {statement.sql}", *statement.arguments(values)
    )
    [scan] = [row[0] for row in plan if "Index Only Scan using ix_products_price_id" in row[0]]
    assert int(float(scan.rpartition("rows=")[2].split()[0])) <= STRIDE + request.limit + 1
