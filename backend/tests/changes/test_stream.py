"""The event stream of one worker: order, filters, resuming, what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import asyncpg
import orjson
import pytest

from catalogue.changes import stream as streaming
from catalogue.changes.feed import ChangeFeed
from catalogue.changes.reading import ChangeLog
from catalogue.changes.request import parse_stream_request
from catalogue.changes.stream import ChangeStreams
from catalogue.db.reading import ReadSession, read_pool
from catalogue.errors import TooManyRequests, Unavailable, ValidationFailed
from catalogue.orders.listing import ORDERS
from catalogue.products.listing import PRODUCTS
from catalogue.settings import Settings

pytestmark = pytest.mark.anyio
COLLECTIONS = {"products": PRODUCTS, "orders": ORDERS}
Event = dict[str, Any]


@pytest.fixture
async def streams(
    feed: ChangeFeed,
    database: str,
    settings_for: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[ChangeStreams]:
    """Streams with a quick heart: its beat tells that a change was passed over."""
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.1)
    async with read_pool(settings_for(database).database) as pool:
        yield ChangeStreams(feed, ChangeLog(ReadSession(pool, wait_s=1)), max_clients=2)


async def newest(connection: asyncpg.Connection) -> int:
    position: int = await connection.fetchval("SELECT max(position) FROM changes")
    return position


async def events(streams: ChangeStreams, query: str, *, until: int, header: str | None = None) -> list[Event]:
    """The events of a stream up to the one, or the heartbeat, that reaches a position."""
    found: list[Event] = []
    asked = parse_stream_request(query.encode(), header, COLLECTIONS)
    async with asyncio.timeout(20), aclosing(await streams.open(asked)) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            for block in piece.decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
                if "data" in lines:
                    found.append({"event": lines.get("event"), **orjson.loads(lines["data"])})
                if int(lines.get("id", 0)) >= until:
                    return found
    raise AssertionError(found)


async def test_events_are_the_log_after_since(streams: ChangeStreams, connection: asyncpg.Connection) -> None:
    before = await newest(connection)
    for number in (3, 1, 2):
        await connection.execute("UPDATE products SET price = 99 WHERE id = $1", number)
    found = await events(streams, f"dataset=products&since={before}", until=await newest(connection))
    assert [(event["operation"], event["ids"]) for event in found] == [("update", [n]) for n in (3, 1, 2)]
    assert [event["position"] for event in found] == sorted(event["position"] for event in found)


async def test_without_since_only_what_comes_is_sent(
    streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    last = await newest(connection)
    pieces = await streams.open(parse_stream_request(b"", None, COLLECTIONS))
    async with asyncio.timeout(10), aclosing(pieces):  # type: ignore[type-var]
        assert (await anext(pieces)).startswith(b":")
        await connection.execute("UPDATE terminals SET city = 'Bergen'")
        piece = await anext(piece.decode() async for piece in pieces if b"data:" in piece)
    assert f"id: {last + 1}\n" in piece
    assert '"dataset":"terminals"' in piece


async def test_last_event_id_goes_before_since(
    streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
    last = await newest(connection)
    await connection.execute("UPDATE products SET price = 98 WHERE id = 2")
    found = await events(streams, "since=0", until=last + 1, header=str(last))
    assert [event["ids"] for event in found] == [[2]]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("category=lenses", [[1], [3]]),
        ("category=lenses&ids=3,4", [[3]]),
        ("brand=zenith", []),
        ("min_price=500", [[2]]),
        ("category=cameras&min_price=500", [[2]]),
        ("category=lenses&min_price=500", []),
        ("q=thing&in_stock=false", []),
        ("sku=S2&sku=S3", [[2], [3]]),
    ],
)
async def test_filters_of_the_list_choose_events(
    filters: str, ids: list[list[int]], streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE products SET category = 'lenses' WHERE id = 3")
    before = await newest(connection)
    for number, price in ((1, 10), (2, 900), (3, 20)):
        await connection.execute(
            "UPDATE products SET price = $2::int, category = (ARRAY['cameras', 'lenses'])[1 + $1 % 2] WHERE id = $1",
            number,
            price,
        )
    found = await events(
        streams, f"dataset=products&since={before}&{filters}", until=await newest(connection)
    )
    assert [event["ids"] for event in found] == ids


async def test_rows_that_match_are_named_and_deletions_always(
    streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    before = await newest(connection)
    await connection.execute("UPDATE products SET stock = 9 WHERE id <= 8")
    await connection.execute("DELETE FROM products WHERE id = 9")
    found = await events(
        streams, f"dataset=products&since={before}&min_price=6&max_price=7", until=await newest(connection)
    )
    assert [(event["operation"], event["ids"]) for event in found] == [("update", [6, 7]), ("delete", [9])]


async def test_bulk_change_is_sent_to_every_filter(
    streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    before = await newest(connection)
    await connection.execute("TRUNCATE products CASCADE")
    found = await events(
        streams,
        f"dataset=products&since={before}&category=lenses&min_price=5",
        until=await newest(connection) - 2,
    )
    assert [(event["operation"], event["ids"]) for event in found] == [("truncate", None)]


@pytest.mark.parametrize("since", ["1", "999999"])
async def test_place_that_the_log_no_longer_has_is_a_reset(
    since: str, streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    await connection.execute("DELETE FROM changes WHERE position < 4")
    last = await newest(connection)
    found = await events(streams, f"since={since}", until=last)
    assert found == [{"event": "reset", "position": last}]


async def test_client_that_falls_behind_what_is_kept_hears_a_reset(
    streams: ChangeStreams, feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    pieces = await streams.open(parse_stream_request(b"since=1", None, COLLECTIONS))
    async with asyncio.timeout(10), aclosing(pieces):  # type: ignore[type-var]
        await anext(pieces)
        await connection.execute("DELETE FROM changes WHERE position < (SELECT max(position) FROM changes)")
        assert b"event: reset" in await anext(pieces)


async def test_quiet_stream_beats_and_moves_the_place_on(
    streams: ChangeStreams, connection: asyncpg.Connection
) -> None:
    asked = parse_stream_request(b"dataset=brands", None, COLLECTIONS)
    pieces = await streams.open(asked)
    async with asyncio.timeout(10), aclosing(pieces):  # type: ignore[type-var]
        await anext(pieces)
        await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
        wanted = f"id: {await newest(connection)}\n".encode()
        async for piece in pieces:
            assert piece.startswith(b":")
            if wanted in piece:
                break


async def test_too_many_clients_are_refused_until_one_leaves(streams: ChangeStreams) -> None:
    asked = parse_stream_request(b"", None, COLLECTIONS)
    first, second = await streams.open(asked), await streams.open(asked)
    await anext(first)
    await anext(second)
    with pytest.raises(Unavailable) as refused:
        await streams.open(asked)
    assert refused.value.headers == {"Retry-After": "5"}
    await first.aclose()  # type: ignore[attr-defined]
    third = await streams.open(asked)
    await anext(third)
    assert streams.clients == 2
    for left in (second, third):
        await left.aclose()  # type: ignore[attr-defined]
    assert streams.clients == 0


async def test_one_client_cannot_take_every_stream(streams: ChangeStreams) -> None:
    many = ChangeStreams(streams._feed, streams._log, max_clients=60)
    asked = parse_stream_request(b"", None, COLLECTIONS)
    taken = [await many.open(asked, client="one") for _ in range(12)]
    for stream in taken:
        await anext(stream)
    with pytest.raises(TooManyRequests):
        await many.open(asked, client="one")
    taken.append(await many.open(asked, client="another"))
    await anext(taken[-1])
    for stream in taken:
        await stream.aclose()  # type: ignore[attr-defined]
    assert not many._of_client


async def test_stopping_ends_streams_that_wait(streams: ChangeStreams) -> None:
    pieces = await streams.open(parse_stream_request(b"", None, COLLECTIONS))
    await anext(pieces)
    waiting = asyncio.create_task(anext(pieces, None))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    streams.stop()
    assert await asyncio.wait_for(waiting, 5) is None
    with pytest.raises(Unavailable):
        await streams.open(parse_stream_request(b"", None, COLLECTIONS))


@pytest.mark.parametrize(
    ("query", "header", "where"),
    [
        ("dataset=nothing", None, ["query.dataset"]),
        ("dataset=products&dataset=orders", None, ["query.dataset"]),
        ("since=-1", None, ["query.since"]),
        ("since=soon&dataset=x", None, ["query.dataset", "query.since"]),
        ("since=1&since=2", None, ["query.since"]),
        ("since=1", "x", ["header.Last-Event-ID"]),
        ("since=99999999999999999999", None, ["query.since"]),
        ("category=cameras", None, ["query.category"]),
        ("dataset=products&status=draft", None, ["query.status"]),
        ("dataset=products&min_price=x", None, ["query.min_price"]),
        ("dataset=products&sort=price", None, ["query.sort"]),
        ("dataset=brands&slug=acme", None, ["query.slug"]),
        ("dataset=products&category=%00", None, ["query.category"]),
        ("dataset=products&category=%ff", None, ["query"]),
    ],
)
def test_what_is_wrong_is_named(query: str, header: str | None, where: list[str]) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_stream_request(query.encode(), header, COLLECTIONS)
    assert [error.where for error in refused.value.errors] == where
