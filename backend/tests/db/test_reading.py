"""Read sessions: they cannot write, wait a bounded time for a connection, and survive a lost one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from catalogue.db.connections import ReadConnections
from catalogue.db.reading import ReadSession, read_pool
from catalogue.db.statements import compile_statement
from catalogue.errors import InternalError, Unavailable
from catalogue.settings import Settings

pytestmark = pytest.mark.anyio

ONE = compile_statement(text("SELECT 1"))
SLOW = compile_statement(text("SELECT pg_sleep(:seconds)"))
PROCESS = compile_statement(text("SELECT pg_backend_pid()"))


@pytest.fixture
async def narrow(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[ReadSession]:
    """A session with one connection, a short wait and a short statement timeout."""
    settings = settings_for(
        shop, READ_POOL_SIZE="1", POOL_WAIT_MS="100", STATEMENT_TIMEOUT_MS="2000"
    ).database
    async with read_pool(settings) as pool:
        yield ReadSession(pool, wait_s=0.1)


async def test_write_through_a_read_session_is_refused(narrow: ReadSession) -> None:
    statement = compile_statement(text("DELETE FROM products"))
    with pytest.raises((Unavailable, InternalError)):
        await narrow.rows(statement)


async def test_wait_for_a_connection_is_bounded(narrow: ReadSession) -> None:
    async with narrow.connection():
        with pytest.raises(Unavailable, match="no database connection"):
            await narrow.row(ONE)
    assert await narrow.row(ONE) is not None


async def test_statement_over_its_time_is_unavailable(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(shop, STATEMENT_TIMEOUT_MS="100").database
    async with read_pool(settings) as pool:
        with pytest.raises(Unavailable, match="too long"):
            await ReadSession(pool, wait_s=1).rows(SLOW, {"seconds": 5.0})


async def test_read_survives_a_connection_that_was_cut(narrow: ReadSession, shop: str) -> None:
    row = await narrow.row(PROCESS)
    assert row is not None
    other = await asyncpg.connect(shop)
    await other.fetchval("SELECT pg_terminate_backend($1, 5000)", row[0])
    await other.close()
    fresh = await narrow.row(PROCESS)
    assert fresh is not None
    assert fresh[0] != row[0]


async def test_read_survives_a_connection_that_was_told_of_its_end(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    """PostgreSQL says so before it closes the connection; whoever asks in between must not notice."""
    farewell = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
    clients: list[asyncio.StreamWriter] = []
    [folder] = parse_qs(urlsplit(shop).query)["host"]

    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
        target.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients.append(writer)
        from_database, to_database = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(pass_on(reader, to_database), pass_on(from_database, writer))

    between = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = between.sockets[0].getsockname()[1]
    passed_on = f"postgresql://catalogue@127.0.0.1:{port}{urlsplit(shop).path}"
    settings = settings_for(passed_on, READ_POOL_SIZE="1").database
    async with between, read_pool(settings) as pool:
        session = ReadSession(pool, wait_s=5)
        assert await session.row(ONE) is not None
        opened = len(clients)
        for writer in clients:
            writer.write(b"E" + (len(farewell) + 4).to_bytes(4, "big") + farewell)
            await writer.drain()
        await asyncio.sleep(0.05)
        assert await session.row(ONE) is not None
        assert len(clients) > opened


async def test_count_over_its_budget_is_cancelled_in_the_database(narrow: ReadSession, shop: str) -> None:
    with pytest.raises(Unavailable):
        await narrow.row_within(SLOW, {"seconds": 30.0}, budget_ms=50)
    other = await asyncpg.connect(shop)
    still_running = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep($%'"
    )
    async with asyncio.timeout(5):
        while await other.fetchval(still_running):  # noqa: ASYNC110 - PostgreSQL gives no event
            await asyncio.sleep(0)
    await other.close()


async def test_start_gives_up_after_its_time(settings_for: Callable[..., Settings]) -> None:
    settings = settings_for("postgresql://nobody@127.0.0.1:1/nothing", STARTUP_WAIT_S="0.2").database
    with pytest.raises(OSError, match="1"):
        async with read_pool(settings):
            pass


@pytest.fixture
async def single(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[ReadConnections]:
    """One connection for all."""
    async with read_pool(settings_for(shop, READ_POOL_SIZE="1").database) as connections:
        yield connections


async def test_connection_goes_to_whoever_waits_longest(single: ReadConnections) -> None:
    connection = await single.take(wait_s=30)
    waiting = [asyncio.create_task(single.take(wait_s=30)) for _ in range(2)]
    await asyncio.sleep(0)
    single.give(connection)
    assert await waiting[0] is connection
    assert not waiting[1].done()
    single.give(connection)
    assert await waiting[1] is connection
    single.give(connection)


async def test_whoever_leaves_passes_on_what_was_just_given(single: ReadConnections) -> None:
    connection = await single.take(wait_s=30)
    leaving, staying = (asyncio.create_task(single.take(wait_s=30)) for _ in range(2))
    await asyncio.sleep(0)
    single.give(connection)
    leaving.cancel()
    assert await staying is connection
    single.give(connection)
    await asyncio.gather(leaving, return_exceptions=True)
    assert leaving.cancelled()


async def test_place_of_a_connection_that_met_an_error_is_free_for_another(single: ReadConnections) -> None:
    connection = await single.take(wait_s=30)
    waiting = asyncio.create_task(single.take(wait_s=30))
    await asyncio.sleep(0)
    await single.take_back(connection)
    other = await waiting
    assert await other.fetchval("SELECT 1") == 1
    single.give(other)


async def fail_after_a_read(settings: Settings) -> None:
    async with read_pool(settings.database) as connections:
        await ReadSession(connections, wait_s=30).row(ONE)
        raise RuntimeError("the program fails")


async def test_connections_are_closed_when_the_program_fails(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with asyncio.timeout(60):
        with pytest.raises(RuntimeError, match="fails"):
            await fail_after_a_read(settings_for(shop))
