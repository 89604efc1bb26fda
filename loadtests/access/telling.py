"""Whether the time of a refusal tells what it does not say: medians of many, asked by turns."""

from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter

import httpx

from catalogue.callers import store
from loadtests.access.closing import PASSWORD, new_key, new_user, transaction
from loadtests.writing.serving import Served

_RECORDS = 400
_LOGINS = 25
Ask = Callable[[], Awaitable[httpx.Response]]


async def ratio_of_records(served: Served) -> dict[str, float]:
    """A record that is there and forbidden against one that is not there."""
    key = await new_key(served, "catalogue:read")
    async with httpx.AsyncClient(base_url=served.address, headers={"X-API-Key": key}) as client:

        def ask(path: str) -> Ask:
            return lambda: client.get(path)

        asked = {path: ask(path) for path in ("/orders/1", "/orders/999999999")}
        asked |= {path: ask(path) for path in ("/orders/1/documents/1", "/orders/1/documents/999999999")}
        return {"forbidden record, there or not": _ratio(await _medians(asked, _RECORDS, expected=403))}


async def ratio_of_logins(served: Served) -> dict[str, float]:
    """A user that is not there, one with a wrong password, one who is shut out; short and long passwords."""
    await new_user(served, "there", "viewer")
    await new_user(served, "shut-out", "viewer")
    async with transaction(served.database_url) as connection:
        await store.disable_user(connection, "shut-out")
    async with httpx.AsyncClient(base_url=served.address, timeout=30) as client:

        def log_in(name: str, password: str) -> Ask:
            return lambda: client.post("/auth/token", json={"username": name, "password": password})

        asked = {
            "unknown": log_in("nobody", PASSWORD),
            "mistaken": log_in("there", "wrong"),
            "shut out": log_in("shut-out", PASSWORD),
            "unknown, long": log_in("nobody", "a" * 256),
            "mistaken, long": log_in("there", "a" * 256),
        }
        return {
            "login refused: unknown, mistaken, shut out": _ratio(await _medians(asked, _LOGINS, expected=401))
        }


async def _medians(asked: dict[str, Ask], rounds: int, *, expected: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            started = perf_counter()
            answer = await ask()
            times[name].append(perf_counter() - started)
            if answer.status_code != expected:
                raise SystemExit(f"{name} was answered {answer.status_code}")
    return {name: median(measured) for name, measured in times.items()}


def _ratio(medians: dict[str, float]) -> float:
    return max(medians.values()) / min(medians.values())
