"""Tokens of a trusted issuer, and all those that are none: nobody gets in, and nobody makes us ask anywhere."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.callers.key_sets import KeySet, read_key_file
from catalogue.callers.tokens import OwnClaims
from catalogue.settings import Settings
from tests.callers.conftest import bearer
from tests.callers.forging import AUDIENCE, ISSUER, Own, forged, key_set, signed
from tests.conftest import running

pytestmark = pytest.mark.anyio
AT_LEAST_KINDS = 60


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
    monkeypatch.setattr(httpx.AsyncClient, "stream", lambda *arguments, **_: asked.append(arguments))
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


async def test_keys_are_fetched_on_a_timetable_and_outlive_a_failure(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        body = json.dumps(key_set()).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = settings_for(
        database,
        JWT_ISSUER=ISSUER,
        JWT_AUDIENCE=AUDIENCE,
        JWT_KEYS_URL=f"http://127.0.0.1:{port}/keys",
    )
    app = create_app(settings)
    async with server, running(app, key=None) as client:
        await app.state.gate.identities._tokens._foreign._keys.fetched.wait()
        for token in (signed(), signed(headers={"kid": "new"}), signed(headers={"kid": "newer"})):
            await client.get("/orders", headers=bearer(token))
        assert (await client.get("/orders", headers=bearer(signed()))).status_code == 200
        assert len(requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"keys": []}',
        '{"keys": [{"kty": "oct", "kid": "a", "k": "c2hvcnQ"}]}',
        '{"keys": [{"kty": "RSA"}]}',
        "none",
    ],
)
def test_file_without_a_usable_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError says so
        read_key_file(path)


def test_keys_without_a_name_are_left_out() -> None:
    named = key_set()["keys"]
    unnamed = {name: value for name, value in named[0].items() if name != "kid"}
    assert KeySet({"keys": [unnamed, named[1]]}).find(named[1]["kid"]) is not None
