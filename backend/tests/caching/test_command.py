"""`catalogue cache` sees and clears what applications keep in Redis."""

import anyio.to_thread
import asyncpg
import pytest
from click.testing import CliRunner

from catalogue.cli import commands
from tests.caching.conftest import Serve, caught_up

pytestmark = pytest.mark.anyio


async def test_answers_are_shown_and_cleared_by_pattern(serve: Serve) -> None:
    async with serve() as (_, client):
        for path in ("/products/1", "/drivers/1"):
            await client.get(path)
        shown = await _run("inspect")
        cleared = await _run("clear", "--pattern", "/api/v1/products*")
        left = await _run("inspect")
    assert "/api/v1/products/1" in shown
    assert cleared == "Deleted 1 answers.\n"
    assert "/api/v1/products/1" not in left
    assert "/api/v1/drivers/1" in left


async def test_tag_is_cleared_in_the_memory_of_workers_too(serve: Serve, psql: asyncpg.Connection) -> None:
    async with serve() as (app, client):
        for path in ("/products/1", "/drivers/1"):
            assert [(await client.get(path)).headers["x-cache"] for _ in range(2)] == ["MISS", "HIT-LOCAL"]
        assert "depends on products" in await _run("clear", "--tag", "products")
        await caught_up(app, psql)
        again = [(await client.get(path)).headers["x-cache"] for path in ("/products/1", "/drivers/1")]
    assert again == ["MISS", "HIT-LOCAL"]


async def test_unknown_tag_is_named(serve: Serve) -> None:
    result = await anyio.to_thread.run_sync(
        lambda: CliRunner().invoke(commands, ["cache", "clear", "--tag", "products colour=red"])
    )
    assert result.exit_code == 2
    assert "there is no tag 'products colour=red'" in result.output


async def test_most_asked_answers_are_asked_for(serve: Serve) -> None:
    async with serve() as (app, client):
        for _ in range(3):
            await client.get("/products/1")
        await app.state.warmer.count()
        said = await _run("warm", "--url", "http://127.0.0.1:9", "--most", "5")
    assert said == "Asked for 1 answers, of which 0 came.\n"


async def _run(*arguments: str) -> str:
    result = await anyio.to_thread.run_sync(lambda: CliRunner().invoke(commands, ["cache", *arguments]))
    assert result.exit_code == 0, result.output
    return result.output
