"""Tokens of a trusted issuer, and all those that are none: nobody gets in, and nobody makes us ask anywhere."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.callers.tokens import OwnClaims
from catalogue.settings import Settings
from tests.callers.conftest import bearer
from tests.callers.forged_tokens import Own, forged
from tests.callers.forging import AUDIENCE, ISSUER, key_set, signed
from tests.conftest import running

pytestmark = pytest.mark.anyio
AT_LEAST_KINDS = 150


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(key_set()))
    return path


@pytest.fixture
def trusting(database: str, settings_for: Callable[..., Settings], key_file: Path) -> FastAPI:
    settings = settings_for(database, JWT_ISSUER=ISSUER, JWT_AUDIENCE=AUDIENCE, JWT_KEYS_FILE=str(key_file))
    return create_app(settings)


@pytest.fixture
async def client(trusting: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(trusting, key=None) as started:
        yield started


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_token_of_the_trusted_issuer_opens_what_its_scope_says(
    client: httpx.AsyncClient, algorithm: str
) -> None:
    token = bearer(signed(algorithm))
    assert (await client.get("/orders", headers=token)).status_code == 200
    assert (await client.get("http://catalogue/health/detailed", headers=token)).status_code == 403


async def test_unknown_scopes_of_an_issuer_open_nothing(client: httpx.AsyncClient) -> None:
    token = bearer(signed(scope="everything root orders:*"))
    assert (await client.get("/orders", headers=token)).status_code == 403


async def test_no_forged_token_is_accepted_and_none_makes_us_ask_anywhere(
    trusting: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = trusting.state.gate.identities._tokens._signer
    own = Own(signer.key_id, signer.sign(OwnClaims(user_id=7, login_id=7)))
    kinds = dict(forged(own, "http://127.0.0.1:9/keys"))
    assert len(kinds) >= AT_LEAST_KINDS
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **_: asked.append(arguments))
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:  # Redis, which counts, is reached through one
            asked.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    accepted = []
    for name, token in kinds.items():
        answer = await client.get("/orders", headers={"Authorization": f"Bearer {token}".encode()})
        if answer.status_code != 401:
            accepted.append((name, answer.status_code))
    print(  # noqa: T201 - the figure
        f"{len(kinds)} kinds of forged tokens: {len(accepted)} accepted, {len(asked)} outbound requests"
    )
    assert accepted == []
    assert asked == []


async def test_own_token_of_a_login_that_never_was_is_refused(
    trusting: FastAPI, client: httpx.AsyncClient
) -> None:
    signer = trusting.state.gate.identities._tokens._signer
    token = signer.sign(OwnClaims(user_id=7, login_id=7))
    assert (await client.get("/orders", headers=bearer(token))).status_code == 401


async def test_tokens_of_an_issuer_are_nothing_where_none_is_trusted(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/orders", headers=bearer(signed()))).status_code == 401
