"""Hazards of the feed: in which order changes are heard, when, and what happens when they are not."""

import asyncio
from time import monotonic
from typing import Any

import asyncpg

from catalogue.caching import freshness
from catalogue.caching.answers import Made
from catalogue.caching.response_cache import ResponseCache
from catalogue.changes import queries
from catalogue.changes.epochs import Epochs
from catalogue.changes.feed import ChangeFeed
from catalogue.changes.tokens import ConsistencyToken
from catalogue.edge import cache_layer
from tests.caching.conftest import caught_up
from tests.caching.hazards import Hazard, Stage, away, deaf, must, rename

PRODUCT = "/products/1"
LOCK = "pg_advisory_xact_lock(7319845120003)"


async def commits_in_another_order(stage: Stage) -> None:
    first = await asyncpg.connect(stage.database)
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        begun = first.transaction()
        await begun.start()
        await first.execute("UPDATE products SET name = 'began first' WHERE id = 1")
        await rename(stage, "committed first", product=2)
        await caught_up(app, stage.psql)
        await begun.commit()
        await caught_up(app, stage.psql)
        name = (await client.get(PRODUCT)).json()["name"]
    await first.close()
    must(name == "began first", "a change with an earlier number, committed later, is never heard")


async def _numbers_drawn_in_the_statement(stage: Stage) -> None:
    body = await stage.psql.fetchval("SELECT pg_get_functiondef('catalogue_number_change'::regproc)")
    assert LOCK in body
    await stage.psql.execute(body.replace(LOCK, "''"))
    await stage.psql.execute("DROP TRIGGER number_change ON changes_uncommitted")
    await stage.psql.execute(
        "CREATE TRIGGER number_change AFTER INSERT ON changes_uncommitted"
        " FOR EACH ROW EXECUTE FUNCTION catalogue_number_change()"
    )


async def feed_that_is_deaf(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        async with deaf(app.state.feed, stage):
            app.state.feed.looked_at -= 1_000
            await rename(stage, "unheard")
            name = (await client.get(PRODUCT)).json()["name"]
    must(name == "unheard", "a feed that has not looked for long is believed")


async def _feed_believed_for_ever(stage: Stage) -> None:
    for limit in ("CONNECTED_LAG_S", "LOST_LAG_S"):
        stage.monkeypatch.setattr(freshness, limit, float("inf"))


async def change_while_the_feed_is_away(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        async with away(app.state.feed, stage):
            await rename(stage, "while away")
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "while away", "what was missed is not made up for")


async def _nothing_made_up_for(stage: Stage) -> None:
    resume = ChangeFeed._resume

    async def skip(self: ChangeFeed, connection: asyncpg.Connection) -> None:
        if not self.source:
            await resume(self, connection)
        self.position, self.looked_at = await queries.newest_position(connection), monotonic()

    stage.monkeypatch.setattr(ChangeFeed, "_resume", skip)


async def log_pruned_while_the_feed_is_away(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        async with away(app.state.feed, stage):
            await rename(stage, "pruned")
            await stage.psql.execute("DELETE FROM changes")
            await rename(stage, "kept", product=2)
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "pruned", "nobody sees that the log no longer holds what was missed")


async def _nobody_looks_for_gaps(stage: Stage) -> None:
    async def nothing(*_: object) -> None:
        return

    stage.monkeypatch.setattr(ChangeFeed, "_restart_if_gone", nothing)


async def worker_that_starts_later(stage: Stage) -> None:
    async with stage.serve() as (_, client):
        await client.get(PRODUCT)
    await rename(stage, "while nobody looked")
    async with stage.serve() as (_, client):
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "while nobody looked", "a new worker takes what was made before a change")


async def _start_without_the_log(stage: Stage) -> None:
    load = ChangeFeed._load

    async def empty(self: ChangeFeed, connection: asyncpg.Connection) -> None:
        await load(self, connection)
        self._epochs = {name: Epochs() for name in self._epochs}

    stage.monkeypatch.setattr(ChangeFeed, "_load", empty)


async def read_with_the_token_of_a_write(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        async with deaf(app.state.feed, stage):
            await rename(stage, "mine")
            position = await stage.psql.fetchval("SELECT max(position) FROM changes")
            token = {"Consistency-Token": str(ConsistencyToken(position, 0))}
            name = (await client.get(PRODUCT, headers=token)).json()["name"]
    must(name == "mine", "a write is not seen by who made it")


async def _token_ignored(stage: Stage) -> None:
    async def always(*_: object) -> bool:
        return True

    stage.monkeypatch.setattr(cache_layer, "may_use_cache", always)


async def read_after_a_write_on_the_same_worker(stage: Stage) -> None:
    """The feed looks when the write waits for it, and no sooner."""
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        feed, may_look = app.state.feed, asyncio.Event()
        look, follow = feed._look, feed.follow_up_to

        async def late(connection: asyncpg.Connection) -> None:
            await may_look.wait()
            await look(connection)

        async def waited_for(*asked: Any, **within: Any) -> Any:
            waiting = asyncio.ensure_future(follow(*asked, **within))
            await asyncio.sleep(0)
            if not waiting.done():
                may_look.set()
            return await waiting

        stage.monkeypatch.setattr(feed, "_look", late)
        stage.monkeypatch.setattr(feed, "follow_up_to", waited_for)
        assert (await client.patch(PRODUCT, json={"name": "own"})).status_code == 200
        name = (await client.get(PRODUCT)).json()["name"]
        may_look.set()
    must(name == "own", "a worker does not show what it has just written")


async def write_that_cannot_be_read_any_more(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        await rename(stage, "mine")
        await caught_up(app, stage.psql)
        token = {"Consistency-Token": str(ConsistencyToken(app.state.feed.position, 0))}

        async def failing(*_: object) -> tuple[Made, float]:
            return Made(503, [(b"content-type", b"application/problem+json")], b"{}"), 0.0

        stage.monkeypatch.setattr(app.state.cache._rebuilder, "_make", failing)
        status = (await client.get(PRODUCT, headers=token)).status_code
    must(status == 503, "what is older than its write is served to who made it")


async def _old_is_good_enough(stage: Stage) -> None:
    answer = ResponseCache.answer

    async def forgiving(self: ResponseCache, *asked: Any, **wanted: Any) -> Any:
        return await answer(self, *asked, **{**wanted, "may_be_old": True})

    stage.monkeypatch.setattr(ResponseCache, "answer", forgiving)


async def _own_write_not_waited_for(stage: Stage) -> None:
    async def at_once(*_: object, **__: object) -> bool:
        return False

    stage.monkeypatch.setattr(ChangeFeed, "follow_up_to", at_once)


HAZARDS = (
    Hazard("own write, no answer", write_that_cannot_be_read_any_more, _old_is_good_enough),
    Hazard("commit order", commits_in_another_order, _numbers_drawn_in_the_statement),
    Hazard("deaf listener", feed_that_is_deaf, _feed_believed_for_ever),
    Hazard("lost listener", change_while_the_feed_is_away, _nothing_made_up_for),
    Hazard("lost listener, pruned log", log_pruned_while_the_feed_is_away, _nobody_looks_for_gaps),
    Hazard("worker start-up", worker_that_starts_later, _start_without_the_log),
    Hazard("own write, any worker", read_with_the_token_of_a_write, _token_ignored),
    Hazard("own write, same worker", read_after_a_write_on_the_same_worker, _own_write_not_waited_for),
)
