"""What goes wrong in caches: each test fails when the remedy it names is taken away."""

import asyncio
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from catalogue.caching.answers import Made
from catalogue.changes.tokens import ConsistencyToken
from tests.caching.conftest import Serve, caught_up

pytestmark = pytest.mark.anyio
LIST = "/products?count=none"


async def test_write_drops_the_lists_of_its_category_and_no_other(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    """Remedy: tags as fine as the filters."""
    rows = await psql.fetch("SELECT min(id) AS id, category FROM products GROUP BY category LIMIT 2")
    mine, other = (f"/products?category={row['category']}" for row in rows)
    async with serve() as (app, client):
        for path in (mine, other, LIST):
            await client.get(path)
        await psql.execute("UPDATE products SET price = price + 1 WHERE id = $1", rows[0]["id"])
        await caught_up(app, psql)
        outcomes = [(await client.get(path)).headers["x-cache"] for path in (mine, other, LIST)]
    assert outcomes == ["MISS", "HIT-LOCAL", "MISS"]


async def test_moved_row_leaves_the_list_it_was_in(serve: Serve, psql: asyncpg.Connection) -> None:
    """Remedy: changes carry the tags of old and of new values."""
    row = await psql.fetchrow("SELECT id, category, brand FROM products LIMIT 1")
    other = await psql.fetchval("SELECT slug FROM categories WHERE slug <> $1 LIMIT 1", row["category"])
    path = f"/products?category={row['category']}&brand={row['brand']}"
    async with serve() as (app, client):
        assert row["id"] in {item["id"] for item in (await client.get(path)).json()["items"]}
        await psql.execute("UPDATE products SET category = $1 WHERE id = $2", other, row["id"])
        await caught_up(app, psql)
        assert row["id"] not in {item["id"] for item in (await client.get(path)).json()["items"]}


async def test_answer_that_a_change_overtook_is_not_kept(
    serve: Serve, psql: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remedy: the epoch is taken before the tables are read and compared afterwards."""
    async with serve() as (app, client):
        rebuilder = app.state.cache._rebuilder
        make = rebuilder._make

        async def overtaken(*asked: Any) -> tuple[Made, float]:
            made = await make(*asked)
            await psql.execute("UPDATE products SET name = 'overtaken' WHERE id = 1")
            await caught_up(app, psql)
            return made

        monkeypatch.setattr(rebuilder, "_make", overtaken)
        before = await client.get("/products/1")
        monkeypatch.setattr(rebuilder, "_make", make)
        after = await client.get("/products/1")
    assert before.json()["name"] != "overtaken"
    assert after.json()["name"] == "overtaken"


async def test_bulk_change_drops_everything_of_its_table(serve: Serve, psql: asyncpg.Connection) -> None:
    """Remedy: a change without ids is a change of everything."""
    async with serve() as (app, client):
        await client.get("/products/1")
        await psql.execute(
            "INSERT INTO products (sku, name, description, category, brand, price, currency)"
            " SELECT 'bulk-' || n, 'bulk', '', category, brand, 1, 'EUR' FROM products, generate_series(1, 1100) AS n"
            " WHERE id = 2"
        )
        await caught_up(app, psql)
        assert (await client.get("/products/1")).headers["x-cache"] == "MISS"


async def test_lost_feed_serves_nothing_old_for_long(serve: Serve, psql: asyncpg.Connection) -> None:
    """Remedy: hits are believed only as long as the feed has looked lately."""
    async with serve() as (app, client):
        await client.get("/products/1")
        feed = app.state.feed
        feed._looked_at -= 10
        feed.connected = False
        await psql.execute("UPDATE products SET name = 'unheard' WHERE id = 1")
        answer = await client.get("/products/1")
    assert answer.json()["name"] == "unheard"


async def test_write_is_read_with_its_token(serve: Serve, psql: asyncpg.Connection) -> None:
    """Remedy: a read with a token waits for the feed, or goes past the cache."""
    async with serve() as (_, client):
        await client.get("/products/1")
        for number in range(20):
            await psql.execute("UPDATE products SET name = $1 WHERE id = 1", f"name {number}")
            position = await psql.fetchval("SELECT max(position) FROM changes")
            answer = await client.get(
                "/products/1", headers={"Consistency-Token": str(ConsistencyToken(position, 0))}
            )
            assert answer.json()["name"] == f"name {number}"


async def test_token_of_a_write_that_the_feed_does_not_reach_goes_past_the_cache(serve: Serve) -> None:
    token = str(ConsistencyToken(1 << 40, 0))
    async with serve() as (_, client):
        await client.get("/products/1")
        answer = await client.get("/products/1", headers={"Consistency-Token": token})
    assert (answer.status_code, answer.headers["x-cache"]) == (200, "BYPASS")


async def test_another_worker_finds_the_answer_in_redis_without_postgresql(serve: Serve) -> None:
    async with serve() as (_, client):
        made = await client.get(LIST)
    async with serve() as (app, client):
        async with app.state.connections.borrowed(wait_s=30) as connection:
            statements: list[str] = []
            connection.add_query_logger(lambda record: statements.append(record.query))
        answer = await client.get(LIST, headers={"If-None-Match": made.headers["etag"]})
    assert (answer.status_code, answer.headers["x-cache"], statements) == (304, "HIT-SHARED", [])


async def test_new_worker_does_not_take_what_was_made_before_a_change(
    serve: Serve, psql: asyncpg.Connection
) -> None:
    """Remedy: epochs come from the log at the start and are part of the key."""
    async with serve() as (_, client):
        await client.get("/products/1")
    await psql.execute("UPDATE products SET name = 'while nobody looked' WHERE id = 1")
    async with serve() as (_, client):
        assert (await client.get("/products/1")).json()["name"] == "while nobody looked"


@pytest.mark.parametrize("lie", [b"", b"CAT2", b"\x80\x04foreign", b"CAT2" + bytes(400)])
async def test_lying_redis_is_a_miss(serve: Serve, redis_url: str, lie: bytes) -> None:
    """Remedy: a checksum over key and content."""
    async with serve() as (_, client):
        first = await client.get(LIST)
    async with Redis.from_url(redis_url) as redis:
        for key in await redis.keys("*:entry:*"):
            await redis.set(key, lie)
        async with serve() as (_, client):
            answer = await client.get(LIST)
    assert (answer.headers["x-cache"], answer.content) == ("MISS", first.content)


async def test_entry_under_another_key_is_a_miss(serve: Serve, redis_url: str) -> None:
    """Remedy: the key is part of the checksum."""
    async with serve() as (_, client), Redis.from_url(redis_url) as redis:
        before = set(await redis.keys("*:entry:*"))
        await client.get("/products/1")
        [one] = set(await redis.keys("*:entry:*")) - before
        await client.get("/products/2")
        [two] = set(await redis.keys("*:entry:*")) - before - {one}
        await redis.copy(one, two, replace=True)
    async with serve() as (_, client):
        assert (await client.get("/products/2")).json()["id"] == 2


async def test_wiped_redis_costs_nothing_that_is_in_memory(serve: Serve, redis_url: str) -> None:
    async with serve() as (_, client), Redis.from_url(redis_url) as redis:
        await client.get(LIST)
        await redis.flushall()
        assert (await client.get(LIST)).headers["x-cache"] == "HIT-LOCAL"
        assert (await client.get("/products/1")).headers["x-cache"] == "MISS"


async def test_question_is_asked_once_at_a_time(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remedy: single flight."""
    async with serve() as (app, client):
        rebuilder, made = app.state.cache._rebuilder, []
        make = rebuilder._make

        async def counted(*asked: Any) -> tuple[Made, float]:
            made.append(asked)
            return await make(*asked)

        monkeypatch.setattr(rebuilder, "_make", counted)
        answers = await asyncio.gather(*(client.get(LIST) for _ in range(30)))
    assert len(made) == 1
    assert len({answer.content for answer in answers}) == 1


async def test_renamed_category_shows_its_new_label_in_facets(serve: Serve, psql: asyncpg.Connection) -> None:
    """Remedy: labels are dependencies, and forgotten when they change."""
    path = "/products?facets=category"
    async with serve() as (app, client):
        await client.get(path)
        await psql.execute(
            "UPDATE categories SET label = 'Renamed' WHERE slug = (SELECT category FROM products LIMIT 1)"
        )
        await caught_up(app, psql)
        labels = {value["label"] for value in (await client.get(path)).json()["facets"]["category"]}
    assert "Renamed" in labels
