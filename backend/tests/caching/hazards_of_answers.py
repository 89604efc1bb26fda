"""Hazards of answers: which of them a change touches, and when they were read."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from catalogue.caching import dependencies, rebuilding
from catalogue.caching.deciding_fields import Deciding
from catalogue.caching.dependencies import Dependency
from catalogue.caching.freshness import Freshness
from catalogue.caching.rebuilding import Rebuilder
from catalogue.changes import queries
from catalogue.changes.change import ROWS_CAME_OR_WENT, Change
from catalogue.changes.epochs import Epochs
from catalogue.changes.moves import Moves
from tests.caching.conftest import caught_up
from tests.caching.hazards import Hazard, Stage, eventually, must, patched, rename

PRODUCT = "/products/1"
LOCK = "pg_advisory_xact_lock(7319845120003)"


async def change_of_another_category(stage: Stage) -> None:
    rows = await stage.psql.fetch("SELECT min(id) AS id, category FROM products GROUP BY category LIMIT 2")
    changed, other = (f"/products?sort=name&category={row['category']}" for row in rows)
    paths = (changed, other, "/products?sort=name")
    async with stage.serve() as (app, client):
        for path in paths:
            await client.get(path)
        await stage.psql.execute("UPDATE products SET name = name || ' x' WHERE id = $1", rows[0]["id"])
        await caught_up(app, stage.psql)
        outcomes = [(await client.get(path)).headers["x-cache"] for path in paths]
    must(outcomes == ["MISS", "HIT-LOCAL", "MISS"], f"lists came as {outcomes}")


async def row_that_leaves_a_list(stage: Stage) -> None:
    """The last row: the page shows the first, and how many there are."""
    row = await stage.psql.fetchrow(
        "SELECT max(id) AS id, category FROM products GROUP BY category HAVING count(*) > 1 LIMIT 1"
    )
    other = await stage.psql.fetchval("SELECT slug FROM categories WHERE slug <> $1 LIMIT 1", row["category"])
    path = f"/products?category={row['category']}&limit=1&count=exact"
    async with stage.serve() as (app, client):
        before = (await client.get(path)).json()["total"]
        await stage.psql.execute("UPDATE products SET category = $1 WHERE id = $2", other, row["id"])
        await caught_up(app, stage.psql)
        after = (await client.get(path)).json()["total"]
    must(after == before - 1, "the row is still counted in the list it has left")


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


async def _whole_table(stage: Stage) -> None:
    def rows(request: Any, *, left_out: tuple[str, ...]) -> Dependency:
        return Dependency(request.collection.name)

    stage.monkeypatch.setattr(dependencies, "_rows", rows)


async def row_on_a_page_that_goes_by_something_else(stage: Stage) -> None:
    path = "/products?sort=price&count=none&limit=5"
    async with stage.serve() as (app, client):
        [first, *_] = (await client.get(path)).json()["items"]
        await stage.psql.execute("UPDATE products SET stock = stock + 7 WHERE id = $1", first["id"])
        await caught_up(app, stage.psql)
        shown = (await client.get(path)).json()["items"][0]
    async with stage.serve() as (_, client):
        shared = (await client.get(path)).json()["items"][0]
    must({shown["stock"], shared["stock"]} == {first["stock"] + 7}, "the page shows the row as it was")


async def _rows_forgotten(stage: Stage) -> None:
    stage.monkeypatch.setattr(
        Freshness, "shows_newest", lambda self, address, entry: entry.epoch == self.epoch(address)
    )


async def row_that_moves_up(stage: Stage) -> None:
    path = "/products?sort=price&count=none&limit=5"
    async with stage.serve() as (app, client):
        await client.get(path)
        last = await stage.psql.fetchval("SELECT id FROM products ORDER BY price DESC, id LIMIT 1")
        await stage.psql.execute("UPDATE products SET price = 0 WHERE id = $1", last)
        await caught_up(app, stage.psql)
        first = (await client.get(path)).json()["items"][0]["id"]
    must(first == last, "the row is not where it has moved")


async def row_that_moves_past_a_page(stage: Stage) -> None:
    """From before the page to after it, so that every row of the page moves up by one."""
    path = "/products?sort=price&count=none&limit=5&offset=5"
    async with stage.serve() as (app, client):
        before = (await client.get(path)).json()["items"]
        await stage.psql.execute(
            "UPDATE products SET price = (SELECT max(price) FROM products)"
            " WHERE id = (SELECT id FROM products ORDER BY price, id LIMIT 1)"
        )
        await caught_up(app, stage.psql)
        after = (await client.get(path)).json()["items"]
    async with stage.serve() as (_, client):
        shared = (await client.get(path)).json()["items"]
    moved = [row["id"] for row in before[1:]]
    must(
        [[row["id"] for row in page[:4]] for page in (after, shared)] == [moved, moved],
        "the page stands where it stood",
    )


async def row_that_crosses_into_a_range(stage: Stage) -> None:
    path = "/products?count=none&limit=1&sort=name&facets=in_stock"
    async with stage.serve() as (app, client):
        await stage.psql.execute("UPDATE products SET stock = 5 WHERE id > 5")
        await stage.psql.execute("UPDATE products SET stock = 0 WHERE id <= 5")
        await caught_up(app, stage.psql)
        await client.get(path)
        row = await stage.psql.fetchval("SELECT id FROM products WHERE stock > 0 ORDER BY name DESC LIMIT 1")
        await stage.psql.execute("UPDATE products SET stock = 0 WHERE id = $1", row)
        await caught_up(app, stage.psql)
        counted = {
            value["value"]: value["count"] for value in (await client.get(path)).json()["facets"]["in_stock"]
        }
    must(counted[False] == 6, f"counts are {counted}")


async def _nothing_crossed(stage: Stage) -> None:
    stage.monkeypatch.setattr(Moves, "crossed", lambda *_, **__: False)


async def join_a_flight_that_began_before_the_change(stage: Stage) -> None:
    path = "/products?sort=price&count=none&limit=5"
    async with stage.serve() as (app, client):
        rebuilder, read, may_land = app.state.cache._rebuilder, asyncio.Event(), asyncio.Event()
        make = rebuilder._make

        async def late(*asked: Any) -> Any:
            made = await make(*asked)
            read.set()
            await may_land.wait()
            return made

        stage.monkeypatch.setattr(rebuilder, "_make", late)
        before = asyncio.create_task(client.get(path))
        await read.wait()
        row = await stage.psql.fetchval("SELECT id FROM products ORDER BY price, id LIMIT 1")
        await rename(stage, "in between", product=row)
        await caught_up(app, stage.psql)
        after = asyncio.create_task(client.get(path))
        await eventually(lambda: len(app.state.cache._flights) == 2 or _waiting(app) == 2)
        may_land.set()
        await before
        name = (await after).json()["items"][0]["name"]
    must(name == "in between", "who came after the change gets what was read before it")


def _waiting(app: Any) -> int:
    return max((flight.waiting for flight in app.state.cache._flights.values()), default=0)


HAZARDS = (
    Hazard("row on a page", row_on_a_page_that_goes_by_something_else, _rows_forgotten),
    Hazard(
        "row that moves",
        row_that_moves_up,
        patched(dependencies, "deciding", lambda *_, **__: Deciding(frozenset(), marks=(ROWS_CAME_OR_WENT,))),
    ),
    Hazard("row that moves past a page", row_that_moves_past_a_page, _nothing_crossed),
    Hazard("row that crosses into a range", row_that_crosses_into_a_range, _nothing_crossed),
    Hazard(
        "flight before a change",
        join_a_flight_that_began_before_the_change,
        patched(Freshness, "widest_epoch", Freshness.epoch),
    ),
    Hazard("change of another category", change_of_another_category, _whole_table),
    Hazard("row that leaves a list", row_that_leaves_a_list, _new_values_only),
    Hazard("rebuild race", change_while_the_answer_is_made, _epoch_taken_afterwards),
    Hazard("bulk change", bulk_change, _change_without_ids_touches_nothing),
    Hazard("renamed label", renamed_label, patched(dependencies, "_labels", lambda _: ())),
)
