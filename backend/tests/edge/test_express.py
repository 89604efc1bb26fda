"""The short way of a hit: the same answers and the same rules as the long one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from catalogue.app import create_app
from catalogue.caching import freshness
from catalogue.changes.tokens import ConsistencyToken
from catalogue.edge import accept_encoding
from catalogue.edge.cached_application import CachedApplication
from catalogue.settings import Settings
from tests.conftest import ADMIN_KEY, running

pytestmark = pytest.mark.anyio
PATH = "/products?sort=price&count=none"
OWN = {"x-request-id", "x-process-time", "server-timing", "ratelimit", "date"}


@pytest.fixture
def unhurried(
    shop: str, settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> CachedApplication:
    """A program that trusts its cache however busy the machine is."""
    monkeypatch.setattr(freshness, "CONNECTED_LAG_S", 60.0)
    return create_app(settings_for(shop))


async def test_short_and_long_way_answer_alike(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with running(create_app(settings_for(shop, HSTS_S="60")), key=None) as client:
        await client.get(PATH)
        short = await client.get(PATH)
        token = str(ConsistencyToken(0, 0))
        long = await client.get(PATH, headers={"Consistency-Token": token})
        known = [await client.get(PATH, headers={"X-API-Key": ADMIN_KEY}) for _ in range(2)]
    assert short.headers["x-cache"] == long.headers["x-cache"] == "HIT-LOCAL"
    assert short.content == long.content
    assert _told(short.headers) == _told(long.headers) == _told(known[0].headers) == _told(known[1].headers)
    assert "ratelimit" in short.headers


def _told(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OWN}


@pytest.mark.parametrize("key", [None, ADMIN_KEY])
async def test_hit_needs_no_look_at_the_caller(
    key: str | None, unhurried: CachedApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = unhurried
    async with running(app, key=key) as client:
        await client.get(PATH)
        gate, admit, asked = app.state.gate, app.state.gate.admit, []

        async def noted(scope: Any) -> Any:
            asked.append(scope["path"])
            return await admit(scope)

        monkeypatch.setattr(gate, "admit", noted)
        assert (await client.get(PATH)).headers["x-cache"] == "HIT-LOCAL"
    assert asked == []


def _scope(*headers: tuple[bytes, bytes], method: str = "GET") -> dict[str, Any]:
    path, _, query = PATH.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": f"/api/v1{path}",
        "query_string": query.encode(),
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
    }


async def test_settled_answer_is_the_answer_of_the_long_way(
    shop: str, settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "CONNECTED_LAG_S", 60.0)
    app = create_app(settings_for(shop, HSTS_S="60"))
    async with running(app, key=None) as client:
        assert app.settled_answer(_scope()) is None
        await client.get(PATH, headers={"Accept-Encoding": "identity"})
        assert app.settled_answer(_scope()) is None, "nothing was counted for this route yet"
        long = await client.get(PATH, headers={"Accept-Encoding": "identity"})
        start, body = await asyncio.to_thread(app.settled_answer, _scope()) or ({}, {})
        told = httpx.Headers(start["headers"])
        assert (start["status"], body["body"]) == (200, long.content)
        assert _told(told) == _told(long.headers)
        etag = (b"if-none-match", long.headers["etag"].encode())
        for scope, status in ((_scope(etag), 304), (_scope(method="HEAD"), 200)):
            start, body = app.settled_answer(scope) or ({}, {})
            assert (start["status"], body["body"]) == (status, b"")
        assert app.settled_answer(_scope((b"accept-encoding", b"br"))) is None, (
            "the body must be put into it first"
        )
        await client.get(PATH, headers={"Accept-Encoding": "br"})
        assert app.settled_answer(_scope((b"accept-encoding", b"br"))) is not None


@pytest.mark.parametrize(
    "scope",
    [
        _scope((b"consistency-token", str(ConsistencyToken(0, 0)).encode())),
        _scope((b"x-api-key", b"nobody's")),
        _scope((b"accept-encoding", b"identity;q=0")),
        _scope(method="POST"),
    ],
)
async def test_what_is_not_plain_is_no_settled_answer_and_costs_nothing_of_the_limit(
    scope: dict[str, Any], unhurried: CachedApplication
) -> None:
    app = unhurried
    async with running(app, key=None) as client:
        for _ in range(2):
            await client.get(PATH, headers={"Accept-Encoding": "identity"})
        assert app.settled_answer(_scope()) is not None
        limiter = app.state.gate.limiter
        before = sum(allowance.left for allowance in limiter._taken.values())
        assert app.settled_answer(scope) is None
        app.state.feed.position += 1
        assert app.settled_answer(_scope()) is None, (
            "something has changed, and nobody has looked whether it matters"
        )
        app.state.feed.position -= 1
        assert sum(allowance.left for allowance in limiter._taken.values()) == before


async def test_refusal_of_an_overload_needs_no_look_at_the_caller_and_is_counted(
    shop: str, settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings_for(shop))
    async with running(app, key=None) as client:
        await client.get("/products?limit=7")
        [allowance] = [
            found
            for (name, _), found in app.state.gate.limiter._allowances._clients.items()
            if name == "loopback"
        ]
        before = allowance.left
        monkeypatch.setattr(app.state.places.reads, "lets_come", lambda: False)
        monkeypatch.delattr(type(app.state.gate), "admit")
        short = await client.get("/products?limit=8")
        assert (short.status_code, short.json()["code"]) == (503, "unavailable")
        assert allowance.left == before - 1
        settled = app.settled_answer({**_scope(), "query_string": b"limit=8"}) or ({}, {})
        assert settled[0]["status"] == 503
        retried = dict.fromkeys(("retry-after",), "")
        assert _told(httpx.Headers(settled[0]["headers"])) | retried == _told(short.headers) | retried
        monkeypatch.undo()
        monkeypatch.setattr(app.state.places.reads, "lets_come", lambda: False)
        monkeypatch.setattr(app.state.gate, "at_once", lambda _: None)
        long = await client.get("/products?limit=8")
    differing = OWN | {"retry-after"}
    assert {name: value for name, value in short.headers.items() if name not in differing} == {
        name: value for name, value in long.headers.items() if name not in differing
    }


async def test_unchanged_answer_is_not_counted(shop: str, settings_for: Callable[..., Settings]) -> None:
    app = create_app(settings_for(shop))
    async with running(app, key=None) as client:
        etag = (await client.get(PATH)).headers["etag"]
        limiter = app.state.gate.limiter
        [allowance] = [
            found for (name, _), found in limiter._allowances._clients.items() if name == "loopback"
        ]
        before = allowance.left
        assert (await client.get(PATH, headers={"If-None-Match": etag})).status_code == 304
        assert allowance.left == before
        assert (await client.get(PATH)).status_code == 200
        assert allowance.left == before - 1


async def test_closed_catalogue_stays_closed_when_it_is_cached(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop, PUBLIC_CATALOGUE="false"))) as client:
        for _ in range(2):
            assert (await client.get(PATH)).status_code == 200
        del client.headers["X-API-Key"]
        assert (await client.get(PATH)).status_code == 401


async def test_limit_that_is_used_up_holds_for_hits(shop: str, settings_for: Callable[..., Settings]) -> None:
    few = {"RATE_LIMIT_READS": "3/minute", "RATE_LIMIT_LOOPBACK": "3/minute"}
    async with running(create_app(settings_for(shop, **few)), key=None) as client:
        client.headers["X-Forwarded-For"] = "203.0.113.9"
        statuses = [(await client.get("/products/brands")).status_code for _ in range(5)]
    assert statuses[-1] == 429


async def test_key_without_the_scope_is_refused_what_everybody_may_read(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop))
    async with running(app) as client:
        await client.get(PATH)
        identities = app.state.gate.identities
        [(digest, (until, caller))] = identities._remembered.items()
        identities._remembered[digest] = (until + 60, replace(caller, scopes=frozenset({"orders:read"})))
        assert [(await client.get(PATH)).status_code for _ in range(2)] == [403, 403]


async def test_two_keys_are_refused_for_hits_too(shop: str, settings_for: Callable[..., Settings]) -> None:
    async with running(create_app(settings_for(shop)), key=None) as client:
        await client.get(PATH)
        headers = [("X-API-Key", ADMIN_KEY), ("X-API-Key", ADMIN_KEY)]
        assert (await client.get(PATH, headers=headers)).status_code == 401


async def test_what_is_remembered_of_requests_is_bounded(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(shop))
    async with running(app, key=None) as client:
        await client.get(PATH)
        gate = app.state.gate
        before = len(gate._plain), len(gate._visitors)
        for number in range(20):
            long = f"{number:05}" * 1_000
            assert gate.at_once({**_scope(), "query_string": f"q={long}".encode()}) is None
            gate.at_once({**_scope(), "query_string": f"brand={long}".encode()})
            gate.at_once({**_scope(), "path": f"/api/v1/products/{long}"})
        assert (len(gate._plain), len(gate._visitors)) == before


@pytest.mark.parametrize("size", [1, 100_000])
def test_codings_of_long_headers_are_found_and_not_remembered(size: int) -> None:
    kept = accept_encoding._remembered.cache_info().currsize
    header = b"br" + b"," * size + b"%d" % size
    assert accept_encoding.accepted_coding(header) == b"br"
    assert accept_encoding._remembered.cache_info().currsize == kept + (size == 1)
