"""Exports over HTTP: every row once, safe to open in a spreadsheet, and ended in SQL when nobody listens."""

import asyncio
import csv
import io
import json
import time
from collections.abc import Callable

import asyncpg
import httpx
import pytest
import stamina
from sqlalchemy import text

from catalogue.app import create_app
from catalogue.db.reading import ReadSession, read_pool
from catalogue.db.statements import compile_statement
from catalogue.listing.exporting import copy_rows, parse_export
from catalogue.listing.exporting_response import ExportServer
from catalogue.products.listing import PRODUCTS
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio

COLLECTIONS = ("products", "orders", "terminals", "drivers", "trucks", "trailers")
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'"
STILL_RUNNING = compile_statement(text(RUNNING))


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_csv_holds_what_the_list_holds(client: httpx.AsyncClient, name: str) -> None:
    listed = (await client.get(f"/{name}?sort=-id&limit=200")).json()["items"]
    exported = (await client.get(f"/{name}/export?format=csv&sort=-id")).text
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [_as_cells(item) for item in listed] == rows[: len(listed)]


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_ndjson_holds_what_the_list_holds(client: httpx.AsyncClient, name: str) -> None:
    listed = (await client.get(f"/{name}?sort=-id&limit=200")).json()["items"]
    exported = (await client.get(f"/{name}/export?format=ndjson&sort=-id")).text
    assert [json.loads(line) for line in exported.splitlines()][: len(listed)] == listed


def _as_cells(item: dict[str, object]) -> dict[str, str]:
    """An item as a spreadsheet has it; prices keep their two decimals, telephone numbers an apostrophe."""
    shown = {
        name: "" if value is None else (f"{value:.2f}" if isinstance(value, float) else str(value))
        for name, value in item.items()
    }
    return {name: f"'{text}" if text.startswith(("+", "-")) else text for name, text in shown.items()}


async def test_texts_that_look_like_formulas_are_defused(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", 'quote " comma , \\ back', "line\nbreak", "плюс"]
    connection = await asyncpg.connect(database)
    await connection.execute(
        "INSERT INTO categories (slug, label) VALUES ('c', 'c'); INSERT INTO brands (slug, label) VALUES ('b', 'b')"
    )
    await connection.executemany(
        "INSERT INTO products (sku, name, category, brand, price, currency) VALUES ($1, $2, 'c', 'b', 1, 'EUR')",
        [(str(index), name) for index, name in enumerate(names)],
    )
    await connection.close()
    async with running(create_app(settings_for(database, CACHE="off"))) as client:
        exported = (await client.get("/products/export?format=csv&fields=name")).text
        lines = (await client.get("/products/export?format=ndjson&fields=name")).text.splitlines()
    cells = [row["name"] for row in csv.DictReader(io.StringIO(exported, newline=""))]
    assert cells == [*(f"'{name}" for name in names[:6]), *names[6:]]
    assert [json.loads(line)["name"] for line in lines] == names


async def test_empty_list_is_a_header_or_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/drivers/export?format=csv&name=nobody&fields=name")).text == "id,name\n"
    assert (await client.get("/drivers/export?format=ndjson&name=nobody")).content == b""


async def test_export_is_compressed_when_that_is_accepted(client: httpx.AsyncClient) -> None:
    answer = await client.get("/products/export?format=csv", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    plain = await client.get("/products/export?format=csv", headers={"Accept-Encoding": "identity"})
    assert (answer.text, "content-encoding" in plain.headers) == (plain.text, False)


async def test_statement_ends_when_the_client_leaves(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop))
    asked = asyncio.Event()
    gone = asyncio.Event()

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "GET",
        "path": "/api/v1/products/export",
        # So many rows that PostgreSQL cannot have sent them all before it is told to stop.
        "query_string": b"format=ndjson&fields=name,description",
        "headers": [],
        "http_version": "1.1",
    }
    async with running(app):
        connection = await asyncpg.connect(shop)
        request = asyncio.create_task(app(scope, receive, send))
        await asyncio.wait_for(asked.wait(), timeout=10)
        assert await connection.fetchval(RUNNING) == 1
        gone.set()
        await asyncio.wait_for(request, timeout=10)
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=5, attempts=None, wait_max=0.05
        ):
            with attempt:
                assert await connection.fetchval(RUNNING) == 0
        await connection.close()


@pytest.mark.parametrize("turns", range(6))
async def test_export_that_is_left_at_any_moment_ends_cleanly(
    shop: str, settings_for: Callable[..., Settings], turns: int
) -> None:
    """So many turns of the event loop after a piece came, the next one among them: asyncpg then loses the cancellation."""
    asked, export_format = parse_export(PRODUCTS, b"format=ndjson&fields=name,description")
    loop = asyncio.get_running_loop()

    def leave(left: int) -> None:
        time.sleep(0.005)  # so that the next piece has come by the next turn
        if left:
            loop.call_soon(leave, left - 1)
        else:
            copying.cancel()

    async def sink(_piece: bytes) -> None:
        if not copying.cancelling():
            loop.call_soon(leave, turns)

    async with read_pool(settings_for(shop, READ_POOL_SIZE="1").database) as pool:
        reader = ReadSession(pool, wait_s=5)
        copying = asyncio.create_task(copy_rows(reader, asked, export_format, sink=sink))
        with pytest.raises(asyncio.CancelledError):
            await copying
        async for attempt in stamina.retry_context(
            on=AssertionError, timeout=5, attempts=None, wait_max=0.05
        ):
            with attempt:
                assert await reader.row(STILL_RUNNING) == (0,)


async def test_more_exports_than_slots_are_asked_to_come_again(
    client: httpx.AsyncClient, shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop))
    async with running(app) as other:
        app.state.exports = ExportServer(app.state.reader, app.state.lists.pages.searches, slots=0)
        refused = await other.get("/products/export?format=csv")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "5"
