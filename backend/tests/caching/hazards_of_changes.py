"""Hazards of changes: which answers a change touches, when it is heard, and what happens when it is not."""

from collections.abc import Iterable
from dataclasses import replace
from time import monotonic
from typing import Any

import asyncpg

from catalogue.caching import dependencies, freshness, rebuilding
from catalogue.caching.dependencies import Dependency
from catalogue.caching.rebuilding import Rebuilder
from catalogue.changes import queries
from catalogue.changes.change import Change
from catalogue.changes.epochs import Epochs
from catalogue.changes.feed import ChangeFeed
from catalogue.changes.tokens import ConsistencyToken
from catalogue.edge import cache_layer
from catalogue.writing import serving
from tests.caching.conftest import caught_up
from tests.caching.hazards import Hazard, Stage, away, deaf, must, patched, rename

PRODUCT = "/products/1"
LOCK = "pg_advisory_xact_lock(7319845120003)"


async def change_of_another_category(stage: Stage) -> None:
    rows = await stage.psql.fetch("SELECT min(id) AS id, category FROM products GROUP BY category LIMIT 2")
    changed, other = (f"/products?category={row['category']}" for row in rows)
    async with stage.serve() as (app, client):
        for path in (changed, other, "/products"):
            await client.get(path)
        await rename(stage, "changed", product=rows[0]["id"])
        await caught_up(app, stage.psql)
        outcomes = [(await client.get(path)).headers["x-cache"] for path in (changed, other, "/products")]
    must(outcomes == ["MISS", "HIT-LOCAL", "MISS"], f"lists came as {outcomes}")


async def row_that_leaves_a_list(stage: Stage) -> None:
    row = await stage.psql.fetchrow("SELECT id, category, brand FROM products LIMIT 1")
    other = await stage.psql.fetchval("SELECT slug FROM categories WHERE slug <> $1 LIMIT 1", row["category"])
    path = f"/products?category={row['category']}&brand={row['brand']}"
    async with stage.serve() as (app, client):
        assert row["id"] in {item["id"] for item in (await client.get(path)).json()["items"]}
        await stage.psql.execute("UPDATE products SET category = $1 WHERE id = $2", other, row["id"])
        await caught_up(app, stage.psql)
        left = {item["id"] for item in (await client.get(path)).json()["items"]}
    must(row["id"] not in left, "the row is still in the list it has left")


async def _new_values_only(stage: Stage) -> None:
    whole = queries.change_of

    def change_of(row: Any) -> Change:
        change = whole(row)
        tags = {tag.partition("=")[0]: tag for tag in reversed(change.tags or ())}
        return replace(change, tags=None if change.tags is None else tuple(tags.values()))

    stage.monkeypatch.setattr(queries, "change_of", change_of)


async def change_while_the_answer_is_made(stage: Stage) -> None:
    async with stage.serve() as (app, client):
        rebuilder = app.state.cache._rebuilder
        make = rebuilder._make

        async def overtaken(*asked: Any) -> Any:
            made = await make(*asked)
            await rename(stage, "overtook")
            await caught_up(app, stage.psql)
            return made

        with stage.monkeypatch.context() as patch:
            patch.setattr(rebuilder, "_make", overtaken)
            assert (await client.get(PRODUCT)).json()["name"] != "overtook"
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "overtook", "what was read before the change is kept as if it had been read after it")


async def _epoch_taken_afterwards(stage: Stage) -> None:
    entry = Rebuilder._entry

    def late(self: Rebuilder, job: rebuilding._Job, *made: Any, **cost: Any) -> Any:
        return entry(self, replace(job, epoch=self._freshness.epoch(job.address)), *made, **cost)

    stage.monkeypatch.setattr(Rebuilder, "_entry", late)


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


async def bulk_change(stage: Stage) -> None:
    await stage.psql.execute(
        "INSERT INTO products (sku, name, description, category, brand, price, currency)"
        " SELECT 'bulk-' || n, 'bulk', '', category, brand, 1, 'EUR' FROM products, generate_series(1, 1100) AS n"
        " WHERE id = 2"
    )
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        await stage.psql.execute("UPDATE products SET name = 'all'")
        await caught_up(app, stage.psql)
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "all", "a change without ids touches nothing")


async def _change_without_ids_touches_nothing(stage: Stage) -> None:
    touch = Epochs.touch

    def only_named(self: Epochs, tags: Iterable[str] | None, position: int) -> None:
        touch(self, tags or (), position)

    stage.monkeypatch.setattr(Epochs, "touch", only_named)


async def renamed_label(stage: Stage) -> None:
    path = "/products?facets=category"
    async with stage.serve() as (app, client):
        await client.get(path)
        await stage.psql.execute(
            "UPDATE categories SET label = 'Renamed' WHERE slug = (SELECT category FROM products LIMIT 1)"
        )
        await caught_up(app, stage.psql)
        labels = {value["label"] for value in (await client.get(path)).json()["facets"]["category"]}
    must("Renamed" in labels, "facets show the old label")


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
    async with stage.serve() as (app, client):
        await client.get(PRODUCT)
        feed, look = app.state.feed, app.state.feed._look

        async def late(connection: asyncpg.Connection) -> None:
            await stage.psql.execute("SELECT pg_sleep(0.2)")
            await look(connection)

        stage.monkeypatch.setattr(feed, "_look", late)
        assert (await client.patch(PRODUCT, json={"name": "own"})).status_code == 200
        name = (await client.get(PRODUCT)).json()["name"]
    must(name == "own", "a worker does not show what it has just written")


async def _whole_table(stage: Stage) -> None:
    def rows(request: Any, *, left_out: tuple[str, ...]) -> Dependency:
        return Dependency(request.collection.name)

    stage.monkeypatch.setattr(dependencies, "_rows", rows)


HAZARDS = (
    Hazard("change of another category", change_of_another_category, _whole_table),
    Hazard("row that leaves a list", row_that_leaves_a_list, _new_values_only),
    Hazard("rebuild race", change_while_the_answer_is_made, _epoch_taken_afterwards),
    Hazard("commit order", commits_in_another_order, _numbers_drawn_in_the_statement),
    Hazard("deaf listener", feed_that_is_deaf, _feed_believed_for_ever),
    Hazard("lost listener", change_while_the_feed_is_away, _nothing_made_up_for),
    Hazard("lost listener, pruned log", log_pruned_while_the_feed_is_away, _nobody_looks_for_gaps),
    Hazard("bulk change", bulk_change, _change_without_ids_touches_nothing),
    Hazard("renamed label", renamed_label, patched(dependencies, "_labels", lambda _: ())),
    Hazard("worker start-up", worker_that_starts_later, _start_without_the_log),
    Hazard("own write, any worker", read_with_the_token_of_a_write, _token_ignored),
    Hazard("own write, same worker", read_after_a_write_on_the_same_worker, patched(serving, "WAIT_S", 0.0)),
)
