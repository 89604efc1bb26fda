"""How long somebody who was shut out is still answered, by any worker, from any cache."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.callers import store
from catalogue.db.engines import migration_engine
from loadtests.writing.serving import Served

PASSWORD = "correct horse battery staple"  # noqa: S105 - of a user that lives as long as this
_CLIENTS = 8
_LONGEST_S = 12.0
CLOSED_FOR_S = 4.0
"""No answer for so long: it is closed."""

Change = Callable[[AsyncConnection], Awaitable[None]]


@asynccontextmanager
async def transaction(url: str) -> AsyncIterator[AsyncConnection]:
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def new_key(served: Served, *scopes: str) -> str:
    async with transaction(served.database_url) as connection:
        return (await store.add_key(connection, name="measuring", scopes=scopes, days=None)).text


async def new_user(served: Served, name: str, role: str) -> None:
    async with transaction(served.database_url) as connection:
        await store.add_user(connection, name=name, password=PASSWORD, role=role)


async def seconds_until_closed(served: Served) -> dict[str, float]:
    """From the commit of each change to the last answer that was given against it."""
    key = await new_key(served, "orders:read", "catalogue:read")
    shown = {"X-API-Key": key}
    prefix = key.split("_")[1]
    await new_user(served, "clerk", "clerk")
    token = await _token(served, "clerk")
    figures = {
        "revoked key, cached answers of both workers": await _closing(
            served, shown, "/orders?limit=5", lambda connection: store.revoke_key(connection, prefix)
        ),
        "other role, cached answers of both workers": await _closing(
            served,
            token,
            "/orders?limit=5",
            lambda connection: store.change_role(connection, name="clerk", role="editor"),
        ),
        "disabled user": await _closing(
            served,
            token,
            "/products/1",
            lambda connection: store.disable_user(connection, "clerk"),
        ),
    }
    streaming = await new_key(served, "orders:read", "catalogue:read")
    figures["events after a key was revoked"] = await _stream(served, streaming)
    return figures


async def _token(served: Served, name: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=served.address, timeout=30) as client:
        answer = await client.post("/auth/token", json={"username": name, "password": PASSWORD})
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


async def _closing(served: Served, shown: dict[str, str], path: str, change: Change) -> float:
    """Many connections, so that every worker is asked all the time."""
    last = 0.0
    stopping = asyncio.Event()

    async def ask() -> None:
        nonlocal last
        async with httpx.AsyncClient(base_url=served.address, headers=shown, timeout=30) as client:
            while not stopping.is_set():
                if (await client.get(path)).status_code == 200:
                    last = perf_counter()
                await asyncio.sleep(0.01)

    asking = [asyncio.create_task(ask()) for _ in range(_CLIENTS)]
    await asyncio.sleep(2)
    async with transaction(served.database_url) as connection:
        await change(connection)
    changed_at = perf_counter()
    while (  # noqa: ASYNC110 - it is nothing that is waited for
        perf_counter() - max(last, changed_at) < CLOSED_FOR_S and perf_counter() - changed_at < _LONGEST_S
    ):
        await asyncio.sleep(0.1)
    stopping.set()
    await asyncio.gather(*asking)
    return max(0.0, last - changed_at)


async def _stream(served: Served, key: str) -> float:
    """Changes are made all the time; the last event that the revoked key was told of."""
    last = 0.0
    async with (
        httpx.AsyncClient(base_url=served.address, headers={"X-API-Key": key}, timeout=30) as client,
        client.stream("GET", "/changes") as answer,
    ):
        changing = asyncio.create_task(_change_terminals(served))
        lines = answer.raise_for_status().aiter_lines()
        async for line in lines:
            if line.startswith("data:"):
                break
        async with transaction(served.database_url) as connection:
            await store.revoke_key(connection, key.split("_")[1])
        revoked_at = perf_counter()
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(_LONGEST_S):
                async for line in lines:
                    if line.startswith("data:"):
                        last = perf_counter()
        changing.cancel()
    return max(0.0, last - revoked_at)


async def _change_terminals(served: Served) -> None:
    async with served.client(1) as client:
        for number in range(1_000):
            await client.patch("/terminals/1", json={"city": f"Oslo {number}"})
            await asyncio.sleep(0.1)
