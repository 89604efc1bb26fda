"""The feed of a worker: what it hears, in which order, and what it does when its connection goes."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest

from catalogue import background
from catalogue.app import create_app
from catalogue.changes import pruning
from catalogue.changes.feed import PAUSE_S, ChangeFeed
from catalogue.settings import Settings
from tests.conftest import running

if TYPE_CHECKING:
    from catalogue.changes.change import Change

pytestmark = pytest.mark.anyio
NEWEST = "SELECT max(position) FROM changes"


async def applied(feed: ChangeFeed, connection: asyncpg.Connection) -> None:
    assert await feed.reached(await connection.fetchval(NEWEST), timeout_s=5)


async def end_backends(connection: asyncpg.Connection) -> int:
    return await connection.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'catalogue-feed' AND datname = current_database()"
    )


async def test_changes_made_with_sql_are_heard_with_their_tags(
    feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    heard: list[Change | None] = []
    feed.subscribe(heard.append)
    await connection.execute("UPDATE products SET category = 'lenses', price = 3 WHERE sku = 'S2'")
    await applied(feed, connection)
    [change] = heard
    assert change is not None
    assert (change.dataset, change.operation, change.ids) == ("products", "update", (2,))
    assert set(change.tags or ()) == {"id=2", "sku=S2", "brand=acme", "category=cameras", "category=lenses"}


async def test_epoch_moves_for_touched_tags_only(feed: ChangeFeed, connection: asyncpg.Connection) -> None:
    before = {tag: feed.epoch("products", [tag]) for tag in ("category=cameras", "category=lenses", "")}
    await connection.execute("UPDATE products SET price = 99 WHERE sku = 'S2'")
    await applied(feed, connection)
    assert feed.epoch("products", ["category=cameras"]) == feed.position > before["category=cameras"]
    assert feed.epoch("products", [""]) == feed.position
    assert feed.epoch("products", ["category=lenses"]) == before["category=lenses"]
    assert feed.epoch("orders", [""]) < feed.position


async def test_bulk_change_is_one_entry_that_touches_everything(
    feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    heard: list[Change | None] = []
    feed.subscribe(heard.append)
    await connection.copy_records_to_table(
        "products",
        records=[(f"B{number}", "bulk", "cameras", "acme", 1, "EUR") for number in range(1_001)],
        columns=["sku", "name", "category", "brand", "price", "currency"],
    )
    await applied(feed, connection)
    assert [(change.operation, change.ids, change.tags) for change in heard if change] == [
        ("bulk", None, None)
    ]
    assert feed.epoch("products", ["category=lenses"]) == feed.epoch("products", ["id=999"]) == feed.position


async def test_commits_are_heard_in_their_order_whatever_began_first(
    feed: ChangeFeed, database: str, connection: asyncpg.Connection
) -> None:
    heard: list[int] = []
    feed.subscribe(lambda change: heard.append((change.ids or (0,))[0] if change else 0))
    first = await asyncpg.connect(database)
    begun = first.transaction()
    await begun.start()
    await first.execute("UPDATE products SET price = 50 WHERE id = 1")
    await connection.execute("UPDATE products SET price = 60 WHERE id = 2")
    await applied(feed, connection)
    read_before = feed.position
    await begun.commit()
    await applied(feed, connection)
    await first.close()
    assert heard == [2, 1]
    assert feed.epoch("products", ["id=1"]) == feed.position > read_before == feed.epoch("products", ["id=2"])


async def test_rolled_back_change_is_never_heard(feed: ChangeFeed, connection: asyncpg.Connection) -> None:
    heard: list[Change | None] = []
    feed.subscribe(heard.append)
    undone = connection.transaction()
    await undone.start()
    await connection.execute("UPDATE products SET price = 50 WHERE id = 1")
    await undone.rollback()
    await connection.execute("UPDATE products SET price = 51 WHERE id = 3")
    await applied(feed, connection)
    assert [change.ids for change in heard if change] == [(3,)]


async def test_lost_connection_is_noticed_and_nothing_is_missed(
    feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    heard: list[int] = []
    feed.subscribe(lambda change: heard.append(change.position if change else -1))
    for round_number in range(5):
        assert await end_backends(connection) <= 1
        await connection.execute("UPDATE products SET price = 100 + $1::int WHERE id = 4", round_number)
        await applied(feed, connection)
    logged = await connection.fetch("SELECT position FROM changes ORDER BY position DESC LIMIT 5")
    assert heard == [row["position"] for row in reversed(logged)]
    assert feed.caught_up_within(1.0)


async def test_notification_that_never_comes_delays_a_change_by_less_than_a_second(
    feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "INSERT INTO changes SELECT max(position) + 1, 1, 'products', 'update', '{1}', '{}', NULL, NULL, NULL, now()"
        " FROM changes"
    )
    assert await feed.reached(await connection.fetchval(NEWEST), timeout_s=1)


async def test_worker_that_starts_later_has_the_same_epochs(
    feed: ChangeFeed, database: str, connection: asyncpg.Connection
) -> None:
    for number in range(1, 8):
        await connection.execute("UPDATE products SET price = price + 1 WHERE id % $1 = 0", number)
    await applied(feed, connection)
    later = ChangeFeed(database)
    tags = [
        ["category=cameras"],
        ["category=lenses"],
        [""],
        ["nothing=here"],
        *([f"id={i}"] for i in range(1, 11)),
    ]
    async with later.running():
        assert (later.position, later.source) == (feed.position, feed.source)
        assert [later.epoch("products", each) for each in tags] == [
            feed.epoch("products", each) for each in tags
        ]


async def test_log_that_is_gone_drops_everything(feed: ChangeFeed, connection: asyncpg.Connection) -> None:
    missed = asyncio.Event()
    feed.subscribe(lambda change: missed.set() if change is None else None)
    await connection.execute("DELETE FROM changes")
    await asyncio.wait_for(missed.wait(), 5)


async def test_unsubscribed_callback_hears_nothing(feed: ChangeFeed, connection: asyncpg.Connection) -> None:
    heard: list[Change | None] = []
    feed.subscribe(heard.append)()
    await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
    await applied(feed, connection)
    assert heard == []


async def test_position_that_does_not_come_is_not_waited_for(feed: ChangeFeed) -> None:
    assert not await feed.reached(feed.position + 1_000, timeout_s=0.05)


async def test_pruning_keeps_what_is_young_and_the_newest(
    database: str, connection: asyncpg.Connection
) -> None:
    await connection.execute("UPDATE products SET price = 99 WHERE id = 1")
    await connection.execute(
        "UPDATE changes SET changed_at = now() - interval '3 days' WHERE position < (SELECT max(position) FROM changes)"
    )
    newest = await connection.fetchval(NEWEST)
    older = await connection.fetchval("SELECT count(*) - 1 FROM changes")
    pruner = pruning.ChangePruner(database, kept_hours=72)
    assert await pruner.prune() == older
    await connection.execute("UPDATE changes SET changed_at = now() - interval '3 days'")
    assert await pruner.prune() == 0
    assert await connection.fetchval(NEWEST) == newest
    assert await connection.fetchval("SELECT count(*) FROM changes_uncommitted") == 0


async def test_application_follows_the_log(
    database: str, connection: asyncpg.Connection, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(database))
    async with running(app):
        await applied(app.state.feed, connection)


async def test_feed_that_has_not_reached_a_known_commit_is_not_believed(
    feed: ChangeFeed, connection: asyncpg.Connection
) -> None:
    await applied(feed, connection)
    assert feed.caught_up_within(60)
    assert not await feed.follow_up_to(feed.position + 1, timeout_s=0)
    assert not feed.caught_up_within(60)
    await connection.execute("UPDATE products SET price = 99 WHERE sku = 'S2'")
    await applied(feed, connection)
    assert feed.caught_up_within(60)


async def test_feed_that_hears_of_a_change_in_the_moment_of_its_end_ends(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "CANCELLED_AGAIN_AFTER_S", 0.05)
    stopped = ChangeFeed(database)
    async with asyncio.timeout(20) as limit, stopped.running():
        assert await stopped.looks(timeout_s=10)
        await asyncio.sleep(2 * PAUSE_S)
        stopped._wake()
    assert not limit.expired()
