"""What the gate does beyond yes and no: long answers that end, floods of wrong keys, crowds, secrets that are none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.callers import identifying, store
from catalogue.callers.keys import make_key
from catalogue.callers.rules import RuleBook, rules_for
from catalogue.callers.tokens import OwnClaims, TokenSigner
from catalogue.edge import admission
from catalogue.edge.admission import AnswerCutOff
from catalogue.settings import Settings
from catalogue.settings_base import DEVELOPMENT_SECRET
from tests.callers.conftest import KeyMaker, bearer, transaction
from tests.conftest import ADMIN_KEY, running

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def counted_lookups(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[object]]:
    """Each look for a caller in PostgreSQL."""
    asked: list[object] = []
    reader = app.state.gate.identities._reader
    original = reader.row

    async def counted(*arguments: object) -> object:
        asked.append(arguments)
        return await original(*arguments)

    monkeypatch.setattr(reader, "row", counted)
    yield asked


async def test_stream_ends_when_its_key_is_revoked(
    app: FastAPI,
    anybody: httpx.AsyncClient,
    new_key: KeyMaker,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identifying, "REMEMBERED_S", 0.0)
    monkeypatch.setattr(admission, "REMEMBERED_S", 0.0)
    key = await new_key("orders:read", "catalogue:read")
    sent: list[str] = []
    begun = asyncio.Event()

    async def send(message: dict[str, object]) -> None:
        sent.append(str(message["type"]))
        begun.set()

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/changes",
        "raw_path": b"/api/v1/changes",
        "query_string": b"",
        "headers": [(b"x-api-key", key.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("catalogue", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
        "state": {},
    }
    stream = asyncio.create_task(app(scope, receive, send))
    await asyncio.wait_for(begun.wait(), timeout=20)
    async with transaction(database) as connection:
        await store.revoke_key(connection, key.split("_")[1])
    made = {"name": "North", "account_code": "N1", "city": "Oslo", "country": "NO"}
    written = await anybody.post("/terminals", json=made, headers={"X-API-Key": ADMIN_KEY})
    assert written.status_code == 201, written.text
    await asyncio.wait_for(stream, timeout=20)
    assert sent[0] == "http.response.start"
    assert sent.count("http.response.body") <= 1


async def test_answer_that_is_cut_off_is_no_fault(app: FastAPI) -> None:
    assert issubclass(AnswerCutOff, OSError)


async def test_flood_of_wrong_keys_is_not_looked_up(
    database: str,
    settings_for: Callable[..., Settings],
    new_key: KeyMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = await new_key("orders:read")
    app = create_app(settings_for(database, RATE_LIMIT_LOOPBACK="20/hour", RATE_LIMIT_AUTH="20/hour"))
    async with running(app, key=None) as client, counted_lookups(app, monkeypatch) as asked:
        assert (await client.get("/orders", headers={"X-API-Key": good})).status_code == 200
        monkeypatch.setattr(identifying, "monotonic", lambda: float("inf"))  # nobody is remembered any more
        asked.clear()
        statuses = [
            (await client.get("/orders", headers={"X-API-Key": make_key().text})).status_code
            for _ in range(40)
        ]
        assert statuses.count(429) >= 20
        assert len(asked) < 40
        known = await client.get("/orders", headers={"X-API-Key": good})
        assert known.status_code == 200, "whoever was known is not shut out by those who guess"


async def test_refused_requests_are_counted_too(database: str, settings_for: Callable[..., Settings]) -> None:
    app = create_app(settings_for(database, RATE_LIMIT_LOOPBACK="5/hour", RATE_LIMIT_READS="5/hour"))
    async with running(app, key=None) as client:
        for path in ("/orders", "/nowhere"):
            statuses = [(await client.get(path)).status_code for _ in range(7)]
            assert statuses[-1] == 429, path


async def test_callers_are_known_while_readers_crowd_the_pool(
    database: str, settings_for: Callable[..., Settings], new_key: KeyMaker
) -> None:
    key = await new_key("admin")
    app = create_app(settings_for(database, READ_POOL_SIZE="1", POOL_WAIT_MS="100"))
    async with running(app, key=None) as client, app.state.connections.borrowed(wait_s=5):
        shown = {"X-API-Key": key}
        assert (await client.get("http://catalogue/health/detailed", headers=shown)).status_code == 200
        assert (await client.get("/audit", headers=shown)).status_code == 503
        async with transaction(database) as connection:
            await store.revoke_key(connection, key.split("_")[1])
        app.state.gate.identities._remembered.clear()
        assert (await client.get("/audit", headers=shown)).status_code == 401


async def test_tokens_signed_with_the_default_secret_open_nothing(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(database, ENVIRONMENT="development", SECRET_KEY=DEVELOPMENT_SECRET)
    app = create_app(settings)
    async with running(app, key=None) as client:
        forged = TokenSigner(DEVELOPMENT_SECRET, lifetime_s=600).sign(OwnClaims(user_id=1, login_id=1))
        assert app.state.gate.identities._tokens._signer.key_id not in forged
        assert (await client.get("/orders", headers=bearer(forged))).status_code == 401


async def test_metrics_can_be_kept_for_administrators(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(database, PUBLIC_METRICS="false")), key=None) as client:
        assert (await client.get("http://catalogue/metrics")).status_code == 401
        shown = {"X-API-Key": ADMIN_KEY}
        assert (await client.get("http://catalogue/metrics", headers=shown)).status_code == 200


@pytest.mark.parametrize(
    "path", ["by-sku/history", "by-sku/a/history", "categories/history", "brands/history"]
)
def test_record_that_is_called_history_is_no_history(path: str) -> None:
    rule = RuleBook(rules_for(public_metrics=True)).rule(f"/api/v1/products/{path}")
    assert rule.needed("GET", b"") == ("catalogue:read",)


async def test_closed_catalogue_is_closed_in_its_cache_too(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    closed = create_app(settings_for(shop, PUBLIC_CATALOGUE="false"))
    async with running(closed, key=None) as nobody:
        key = {"X-API-Key": ADMIN_KEY}
        for path in ("/products?limit=3", "/products/brands", "/products/1"):
            answers = [await nobody.get(path, headers=key) for _ in range(3)]
            assert answers[-1].headers["x-cache"] == "HIT-LOCAL"
            assert answers[-1].headers["cache-control"].startswith("private")
            known = {"If-None-Match": answers[-1].headers["etag"]}
            assert (await nobody.get(path)).status_code == 401
            assert (await nobody.get(path, headers=known)).status_code == 401
