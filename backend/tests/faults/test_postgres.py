"""PostgreSQL killed and restarted, slow, silent and out of connections, and the feed cut off, under a real server."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import psutil
import pytest

from catalogue.db.migrating import upgrade
from catalogue.embedded import EmbeddedPostgres
from catalogue.seeding import seed
from catalogue.seeding.progress import SilentProgress
from loadtests.faults.proxy import Mode, Proxy
from tests.conftest import execute
from tests.faults.conftest import Serve, Served, eventually

PRODUCTS = 60
END_FEED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'catalogue-feed'"
SOON_S = 10.0
"""Within which something is over that takes a second at most on a machine with nothing else to do."""


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One that keeps what it acknowledged, whatever becomes of it."""
    directory = tmp_path_factory.mktemp("faults")
    with EmbeddedPostgres(directory / "postgres", durable=True) as server:
        upgrade(server.url)
        seed(server.url, products=PRODUCTS, orders=10, data_dir=directory, progress=SilentProgress())
        yield server


@pytest.fixture(scope="module")
def behind_proxy(own_postgres: EmbeddedPostgres, serve: Serve) -> Iterator[tuple[Proxy, Served]]:
    folder = parse_qs(urlsplit(own_postgres.url).query)["host"][0]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    with proxy.running():
        url = f"postgresql://catalogue@127.0.0.1:{proxy.port}/catalogue"
        with serve(url, POOL_WAIT_MS="500", STATEMENT_TIMEOUT_MS="3000", CACHE_STALE_S="60") as server:
            yield proxy, server


def kill(postgres: EmbeddedPostgres) -> None:
    """And wait for the processes that serve connections: they end when they notice, and may answer until then."""
    assert postgres.pid is not None
    family = psutil.Process(postgres.pid).children(recursive=True)
    os.kill(postgres.pid, signal.SIGKILL)
    _, left = psutil.wait_procs(family, timeout=SOON_S)
    assert left == []


def add_driver(client: httpx.Client) -> httpx.Response:
    return client.post("/drivers", json={"name": "Fault", "phone": "1"})


def test_postgresql_killed_and_back(
    behind_proxy: tuple[Proxy, Served], own_postgres: EmbeddedPostgres
) -> None:
    _, server = behind_proxy
    pid = server.process.pid
    with server.client() as client:
        hit = client.get("/products/1")
        acknowledged = [add_driver(client).raise_for_status().json()["id"] for _ in range(5)]
        kill(own_postgres)
        try:
            check_outage(client, hit)
        finally:
            own_postgres.stop()
            own_postgres.start()
        eventually(lambda: check_recovered(client), within_s=SOON_S)
        lost = [number for number in acknowledged if client.get(f"/drivers/{number}").status_code != 200]
    assert lost == []
    assert (server.process.poll(), server.process.pid) == (None, pid)


def check_kept(client: httpx.Client, path: str) -> None:
    """What is made while the feed is away is not kept: at the start, and half a second after PostgreSQL came back."""
    assert client.get(path).headers["x-cache"] == "HIT-LOCAL"


def check_outage(client: httpx.Client, hit: httpx.Response) -> None:
    served = client.get("/products/1")
    assert (served.status_code, served.content) == (200, hit.content)
    started = monotonic()
    missed = client.get(f"/products/{PRODUCTS - 1}")
    written = add_driver(client)
    for refused in (missed, written):
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert "retry-after" in refused.headers
    assert monotonic() - started < SOON_S


def check_recovered(client: httpx.Client) -> None:
    assert client.get(f"/products/{PRODUCTS - 2}").status_code == 200
    assert add_driver(client).status_code == 201


def test_answers_made_while_the_feed_is_away_are_not_kept(
    behind_proxy: tuple[Proxy, Served], own_postgres: EmbeddedPostgres
) -> None:
    _, server = behind_proxy
    with server.client() as client:
        eventually(lambda: check_kept(client, "/products/4"))
        asyncio.run(_while_the_feed_is_away(own_postgres.url, client))
        eventually(lambda: check_kept(client, "/products/5"))


async def _while_the_feed_is_away(url: str, client: httpx.Client) -> None:
    """The feed is cut off and cannot read the log again; nobody else needs that."""
    holder = await asyncpg.connect(url)
    try:
        await holder.execute("BEGIN; LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
        await holder.execute(END_FEED)
        await asyncio.to_thread(eventually, lambda: check_not_kept(client, "/products/5"))
        again = await asyncio.to_thread(client.get, "/products/5")
        assert again.headers["x-cache"] == "BYPASS"
    finally:
        await holder.close()


def check_not_kept(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["x-cache"]) == (200, "BYPASS")


def test_server_stops_by_itself_though_postgresql_is_silent(
    own_postgres: EmbeddedPostgres, serve: Serve
) -> None:
    folder = parse_qs(urlsplit(own_postgres.url).query)["host"][0]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    with proxy.running():
        url = f"postgresql://catalogue@127.0.0.1:{proxy.port}/catalogue"
        with serve(url, SHUTDOWN_TIMEOUT_S="60") as server:
            with server.client() as client:
                assert client.get("/products?limit=7&count=none").status_code == 200
            proxy.mode = Mode.DROP
            started = monotonic()
            server.process.terminate()
            server.process.wait(timeout=90)
            assert monotonic() - started < 2 * SOON_S


def test_postgresql_that_falls_silent_costs_a_bounded_time(behind_proxy: tuple[Proxy, Served]) -> None:
    proxy, server = behind_proxy
    with server.client() as client:
        eventually(lambda: check_kept(client, "/products/2"))
        proxy.mode = Mode.DROP
        try:
            started = monotonic()
            hint = {"X-Request-Timeout-Ms": "700"}
            assert client.get("/products?limit=7&count=none", headers=hint).status_code == 503
            assert monotonic() - started < SOON_S
            assert client.get("/products/2").status_code == 200
        finally:
            proxy.mode = Mode.PASS
            proxy.cut()
        eventually(lambda: check_recovered(client))


def test_slow_postgresql_is_waited_for(behind_proxy: tuple[Proxy, Served]) -> None:
    proxy, server = behind_proxy
    with server.client() as client:
        proxy.delay_s = 0.2
        try:
            assert client.get("/products?limit=9&count=none").status_code == 200
            assert add_driver(client).status_code == 201
        finally:
            proxy.delay_s = 0.0


def test_postgresql_without_a_connection_to_spare(
    behind_proxy: tuple[Proxy, Served], own_postgres: EmbeddedPostgres
) -> None:
    proxy, server = behind_proxy
    with server.client() as client:
        asyncio.run(_while_all_are_taken(own_postgres.url, proxy, client))
        eventually(lambda: check_recovered(client))


async def _while_all_are_taken(url: str, proxy: Proxy, client: httpx.Client) -> None:
    """Take every connection there is as soon as the server has lost its own."""
    held: list[asyncpg.Connection] = []
    try:
        for attempt in range(5):
            proxy.cut()
            with suppress(asyncpg.TooManyConnectionsError):
                while True:
                    held.append(await asyncpg.connect(url))
            refused = await asyncio.to_thread(client.get, f"/terminals?limit={4 + attempt}")
            if refused.status_code == 503:
                break
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert (await asyncio.to_thread(add_driver, client)).status_code in {201, 503}
    finally:
        for connection in held:
            connection.terminate()


def test_feed_that_is_cut_off_leaves_nobody_with_old_answers(
    behind_proxy: tuple[Proxy, Served], own_postgres: EmbeddedPostgres
) -> None:
    _, server = behind_proxy
    with server.client() as client:
        client.get("/products/3").raise_for_status()
        execute(own_postgres.url, END_FEED)
        execute(own_postgres.url, "UPDATE products SET name = 'after the cut' WHERE id = 3")
        eventually(lambda: check_name(client, "after the cut"), within_s=SOON_S)
        names = {client.get("/products/3").json()["name"] for _ in range(20)}
        assert names == {"after the cut"}, "nobody goes back"
        eventually(lambda: check_feed(server))


def check_name(client: httpx.Client, name: str) -> None:
    assert client.get("/products/3").json()["name"] == name


def check_feed(server: Served) -> None:
    assert server.detailed()["dependencies"]["feed"]["state"] == "up"
