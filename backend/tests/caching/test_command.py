"""`catalogue cache` sees and clears what applications keep in Redis."""

import anyio.to_thread
import pytest
from click.testing import CliRunner

from catalogue.cli import commands
from tests.caching.conftest import Serve

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


async def _run(*arguments: str) -> str:
    result = await anyio.to_thread.run_sync(lambda: CliRunner().invoke(commands, ["cache", *arguments]))
    assert result.exit_code == 0, result.output
    return result.output
