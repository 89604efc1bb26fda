"""Asking a test's database."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(database: str) -> Ask:
    """Run one statement on the test's database and return its rows as tuples."""

    def run(statement: str, *values: object, url: str = database) -> list[tuple[Any, ...]]:
        return asyncio.run(_fetch(url, statement, values))

    return run


@pytest.fixture
def second_database(clone: Callable[[str], str], migrated_template: str) -> str:
    """Another migrated, empty database."""
    return clone(migrated_template)


async def _fetch(url: str, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *values)]
    finally:
        await connection.close()
