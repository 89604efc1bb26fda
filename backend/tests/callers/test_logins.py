"""Logging in and out, refresh tokens that serve once, and how soon what was taken away is gone."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.callers import identifying, store
from catalogue.callers.passwords import hash_password
from catalogue.callers.running import note_used_keys
from catalogue.db.engines import migration_engine
from catalogue.errors import ValidationFailed
from catalogue.settings import Settings
from tests.callers.conftest import PASSWORD, KeyMaker, UserMaker, bearer, log_in, transaction
from tests.conftest import running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def forgetful(monkeypatch: pytest.MonkeyPatch, anybody: httpx.AsyncClient) -> httpx.AsyncClient:
    """Callers are looked up for each request, so that a test need not wait until they are forgotten."""
    monkeypatch.setattr(identifying, "REMEMBERED_S", 0.0)
    return anybody


async def test_clerk_logs_in_and_reads_orders(anybody: httpx.AsyncClient, new_user: UserMaker) -> None:
    await new_user("Ann", "clerk")
    tokens = await log_in(anybody, "ann")
    assert tokens["token_type"] == "Bearer"
    assert tokens["scope"].split() == ["catalogue:read", "documents:read", "orders:read", "orders:write"]
    assert (await anybody.get("/orders", headers=bearer(tokens["access_token"]))).status_code == 200
    refused = await anybody.get("http://catalogue/health/detailed", headers=bearer(tokens["access_token"]))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "admin")


async def test_caller_is_told_who_they_are(
    anybody: httpx.AsyncClient, new_user: UserMaker, new_key: KeyMaker
) -> None:
    await new_user("Ann", "clerk")
    token, key = (await log_in(anybody, "ann"))["access_token"], await new_key("orders:read")
    answers = [
        await anybody.get("/auth/caller", headers=headers)
        for headers in ({}, bearer(token), {"X-API-Key": key}, {"X-API-Key": "invented"})
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 401]
    assert answers[0].json() == {"name": "anonymous", "scopes": ["catalogue:read"]}
    clerk = {
        "name": "user:ann",
        "scopes": ["catalogue:read", "documents:read", "orders:read", "orders:write"],
    }
    assert answers[1].json() == clerk
    assert answers[2].json() == {"name": f"key:{key.split('_')[1]}", "scopes": ["orders:read"]}
    assert {answer.headers["cache-control"] for answer in answers[:3]} == {"no-store"}


async def test_form_of_oauth_clients_is_taken(anybody: httpx.AsyncClient, new_user: UserMaker) -> None:
    await new_user("ann", "viewer")
    form = {"grant_type": "password", "username": "ann", "password": PASSWORD, "scope": ""}
    answer = await anybody.post("/auth/token", data=form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("name", "password"), [("nobody", PASSWORD), ("ann", "wrong"), ("off", PASSWORD)])
async def test_unknown_mistaken_and_disabled_get_one_answer(
    anybody: httpx.AsyncClient, new_user: UserMaker, database: str, name: str, password: str
) -> None:
    await new_user("ann", "admin")
    await new_user("off", "admin")
    async with transaction(database) as connection:
        await store.disable_user(connection, "off")
    answer = await anybody.post("/auth/token", json={"username": name, "password": password})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "the name or the password is wrong"


async def test_unknown_user_takes_as_long_as_a_known_one(
    anybody: httpx.AsyncClient, new_user: UserMaker
) -> None:
    await new_user("ann", "admin")
    times: dict[str, list[float]] = {"ann": [], "nobody": []}
    for _ in range(9):
        for name, measured in times.items():
            started = perf_counter()
            await anybody.post("/auth/token", json={"username": name, "password": "wrong"})
            measured.append(perf_counter() - started)
    assert 0.5 < median(times["ann"]) / median(times["nobody"]) < 2


async def test_guessing_one_users_password_is_throttled(
    database: str, settings_for: Callable[..., Settings], new_user: UserMaker
) -> None:
    await new_user("ann", "admin")
    async with running(create_app(settings_for(database, RATE_LIMIT_LOGINS="3/minute")), key=None) as client:
        guesses = [{"username": "ann", "password": f"guess {number}"} for number in range(4)]
        answers = [await client.post("/auth/token", json=guess) for guess in guesses]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert int(answers[3].headers["retry-after"]) >= 1


async def test_refresh_token_serves_once_and_its_copy_ends_the_login(
    forgetful: httpx.AsyncClient, new_user: UserMaker
) -> None:
    await new_user("ann", "clerk")
    first = await log_in(forgetful, "ann")
    second = (await forgetful.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert (await forgetful.get("/orders", headers=bearer(second["access_token"]))).status_code == 200
    stolen = await forgetful.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert stolen.status_code == 401
    for token in (first["access_token"], second["access_token"]):
        assert (await forgetful.get("/orders", headers=bearer(token))).status_code == 401
    after = await forgetful.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert after.status_code == 401


async def test_logout_ends_every_token_of_the_login_and_no_other(
    forgetful: httpx.AsyncClient, new_user: UserMaker
) -> None:
    await new_user("ann", "clerk")
    here, elsewhere = await log_in(forgetful, "ann"), await log_in(forgetful, "ann")
    answer = await forgetful.post("/auth/logout", json={"refresh_token": here["refresh_token"]})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await forgetful.get("/orders", headers=bearer(here["access_token"]))).status_code == 401
    assert (await forgetful.get("/orders", headers=bearer(elsewhere["access_token"]))).status_code == 200
    again = await forgetful.post("/auth/refresh", json={"refresh_token": here["refresh_token"]})
    assert again.status_code == 401
    unknown = await forgetful.post("/auth/logout", json={"refresh_token": "none of ours"})
    assert unknown.status_code == 204


async def test_disabled_user_is_out_and_another_role_is_in_force(
    forgetful: httpx.AsyncClient, new_user: UserMaker, database: str
) -> None:
    await new_user("ann", "clerk")
    token = bearer((await log_in(forgetful, "ann"))["access_token"])
    async with transaction(database) as connection:
        await store.change_role(connection, name="ann", role="editor")
    assert (await forgetful.get("/orders", headers=token)).status_code == 403
    async with transaction(database) as connection:
        await store.disable_user(connection, "ann")
    assert (await forgetful.get("/orders", headers=token)).status_code == 401


async def test_what_was_revoked_is_remembered_for_three_seconds_at_most() -> None:
    assert identifying.REMEMBERED_S <= 3.0


async def test_revoked_key_is_refused_once_it_is_forgotten(
    forgetful: httpx.AsyncClient, new_key: KeyMaker, database: str
) -> None:
    key = await new_key("orders:read")
    assert (await forgetful.get("/orders", headers={"X-API-Key": key})).status_code == 200
    async with transaction(database) as connection:
        await store.revoke_key(connection, key.split("_")[1])
    assert (await forgetful.get("/orders", headers={"X-API-Key": key})).status_code == 401


async def test_known_caller_costs_no_statement(
    anybody: httpx.AsyncClient, app: FastAPI, new_key: KeyMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await new_key("admin")
    asked: list[object] = []
    original = app.state.gate.identities._reader.row

    async def counted(*arguments: object) -> object:
        asked.append(arguments)
        return await original(*arguments)

    monkeypatch.setattr(app.state.gate.identities._reader, "row", counted)
    for _ in range(5):
        assert (await anybody.get("/terminals", headers={"X-API-Key": key})).status_code == 200
    assert len(asked) == 1
    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert (await anybody.get("/terminals", headers={"X-API-Key": mistyped})).status_code == 401
    assert len(asked) == 1


async def test_use_of_a_key_is_noted(
    anybody: httpx.AsyncClient, app: FastAPI, new_key: KeyMaker, database: str
) -> None:
    key = await new_key("orders:read")
    await anybody.get("/orders", headers={"X-API-Key": key})
    engine = migration_engine(database)
    await note_used_keys(app.state.gate.identities, engine)
    await engine.dispose()
    connection = await asyncpg.connect(database)
    noted = await connection.fetchval("SELECT last_used_at > now() - interval '1 minute' FROM api_keys")
    kept = await connection.fetchval("SELECT api_keys::text FROM api_keys")
    await connection.close()
    assert noted is True
    assert key not in kept


@pytest.mark.parametrize("password", ["short", "", "a" * 257])
def test_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(ValidationFailed):
        hash_password(password)
