"""Transactions: committed before the response starts, rolled back on any error, errors mapped once."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.app import create_app
from catalogue.db.engines import write_engine
from catalogue.db.writing import ATTEMPTS, RunAgain, Writer, Writes
from catalogue.errors import Conflict
from catalogue.products.models import Brand, Product
from catalogue.settings import Settings
from tests.conftest import running, until

pytestmark = pytest.mark.anyio


def add_write_routes(app: FastAPI) -> None:
    @app.post("/api/v1/brands/{slug}")
    async def add_brand(slug: str, writer: Writes) -> dict[str, str]:
        async def add(connection: AsyncConnection) -> dict[str, str]:
            await connection.execute(insert(Brand).values(slug=slug, label=slug))
            return {"slug": slug}

        return await writer.transaction(add)

    @app.post("/api/v1/refused/{slug}")
    async def add_and_refuse(slug: str, writer: Writes) -> None:
        async def refuse(connection: AsyncConnection) -> None:
            await connection.execute(insert(Brand).values(slug=slug, label=slug))
            raise Conflict("no")

        await writer.transaction(refuse)

    @app.post("/api/v1/sql")
    async def run_sql(statement: str, writer: Writes) -> None:
        async def run(connection: AsyncConnection) -> None:
            await connection.execute(text(statement))

        await writer.transaction(run)

    @app.post("/api/v1/deferred")
    async def fail_at_commit(writer: Writes) -> dict[str, bool]:
        async def defer(connection: AsyncConnection) -> dict[str, bool]:
            await connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
            await connection.execute(text("INSERT INTO late (slug) VALUES ('nowhere')"))
            return {"saved": True}

        return await writer.transaction(defer)


@pytest.fixture
async def writer(
    database: str, settings_for: Callable[..., Settings]
) -> AsyncIterator[tuple[httpx.AsyncClient, asyncpg.Connection]]:
    app = create_app(settings_for(database))
    add_write_routes(app)
    connection = await asyncpg.connect(database)
    async with running(app) as client:
        yield client, connection
    await connection.close()


Clients = tuple[httpx.AsyncClient, asyncpg.Connection]


async def test_answer_of_a_write_comes_after_its_commit(writer: Clients) -> None:
    client, connection = writer
    assert (await client.post("/brands/acme")).status_code == 200
    assert await connection.fetchval("SELECT count(*) FROM brands WHERE slug = 'acme'") == 1


async def test_commit_that_fails_is_not_reported_as_success(writer: Clients) -> None:
    client, connection = writer
    await connection.execute(
        "CREATE TABLE late (slug text REFERENCES brands (slug) DEFERRABLE INITIALLY DEFERRED)"
    )
    answer = await client.post("/deferred")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert await connection.fetchval("SELECT count(*) FROM late") == 0


async def test_error_of_a_service_rolls_everything_back(writer: Clients) -> None:
    client, connection = writer
    assert (await client.post("/refused/acme")).status_code == 409
    assert await connection.fetchval("SELECT count(*) FROM brands") == 0


async def test_value_that_is_taken_is_a_conflict_that_names_the_field(writer: Clients) -> None:
    client, _ = writer
    await client.post("/brands/acme")
    answer = await client.post("/brands/acme")
    assert answer.status_code == 409
    assert answer.json()["errors"] == [
        {"where": "body.slug", "code": "unique", "message": "this value is taken"}
    ]


@pytest.mark.parametrize(
    ("statement", "status", "where"),
    [
        ("INSERT INTO brands (slug, label) VALUES ('A b', 'x')", 422, "body.slug"),
        ("INSERT INTO brands (slug) VALUES ('a')", 422, "body.label"),
        ("INSERT INTO categories (slug, label, parent) VALUES ('a', 'a', 'b')", 422, "body.parent"),
        ("SELECT 10000000000::int", 422, "body"),
    ],
)
async def test_value_that_the_database_refuses_is_422(
    writer: Clients, statement: str, status: int, where: str
) -> None:
    client, _ = writer
    answer = await client.post("/sql", params={"statement": statement})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["where"] == where


async def test_nothing_internal_leaves(writer: Clients) -> None:
    client, _ = writer
    answer = await client.post("/sql", params={"statement": "SELECT * FROM secret_table"})
    assert answer.status_code == 500
    assert "secret_table" not in answer.text


async def test_statement_that_takes_too_long_is_503(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(database, STATEMENT_TIMEOUT_MS="100"))
    add_write_routes(app)
    async with running(app) as client:
        answer = await client.post("/sql", params={"statement": "SELECT pg_sleep(5)"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_entities_load_nothing_behind_ones_back(writer: Clients) -> None:
    """A column that is not asked for (the search vector) is not read either."""
    assert "search" not in str(select(Product))


async def test_deadlock_is_met_by_another_attempt(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    """The test holds what the work needs second and asks for what it has; PostgreSQL ends the work's attempt."""
    settings = settings_for(database).database
    engine, other = write_engine(settings), await asyncpg.connect(database)
    attempts = 0

    async def work(connection: AsyncConnection) -> int:
        nonlocal attempts
        attempts += 1
        for key in (1, 2):
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({key})"))
        return attempts

    async with other.transaction():
        await other.execute("SET LOCAL deadlock_timeout = '1min'")
        await other.execute("SELECT pg_advisory_xact_lock(2)")
        result = asyncio.create_task(Writer(engine).transaction(work))
        await until(other, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        await other.execute("SELECT pg_advisory_xact_lock(1)")
    assert await result == 2
    await other.close()
    await engine.dispose()


async def test_serialisation_failure_is_met_by_another_attempt(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    engine, other = write_engine(settings_for(database).database), await asyncpg.connect(database)
    await other.execute("INSERT INTO brands (slug, label) VALUES ('acme', '0')")
    attempts = 0

    async def work(connection: AsyncConnection) -> str:
        nonlocal attempts
        attempts += 1
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await connection.execute(text("SELECT FROM brands"))
        if attempts == 1:
            await other.execute("UPDATE brands SET label = 'theirs'")
        raised = await connection.execute(text("UPDATE brands SET label = label || '!' RETURNING label"))
        return str(raised.scalar_one())

    assert await Writer(engine).transaction(work) == "theirs!"
    await other.close()
    await engine.dispose()


async def test_connection_that_was_lost_before_the_commit_is_replaced(writer: Clients) -> None:
    client, connection = writer
    await client.post("/brands/acme")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'catalogue-write'"
        " AND datname = current_database()"
    )
    assert (await client.post("/brands/zenith")).status_code == 200
    assert await connection.fetchval("SELECT count(*) FROM brands") == 2


async def test_attempts_are_bounded(database: str, settings_for: Callable[..., Settings]) -> None:
    engine = write_engine(settings_for(database).database)
    attempts = 0

    async def work(connection: AsyncConnection) -> None:
        nonlocal attempts
        attempts += 1
        raise RunAgain

    with pytest.raises(Conflict):
        await Writer(engine).transaction(work)
    assert attempts == ATTEMPTS
    await engine.dispose()
