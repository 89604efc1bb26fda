"""Every operation of the contract, asked by everybody there is: who gets in and who does not."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from catalogue.app import create_app
from catalogue.callers import store
from catalogue.callers.keys import make_key
from catalogue.callers.rules import RuleBook
from catalogue.callers.scopes import ROLES
from catalogue.settings import Settings
from tests.callers.conftest import KeyMaker, transaction
from tests.callers.expected_scopes import ANYBODY, EXPECTED, OPEN, PUBLIC
from tests.conftest import ADMIN_KEY, running

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


def operations(document: dict[str, Any]) -> list[str]:
    return [f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found]


def test_every_operation_has_an_expected_scope_and_no_other_is_expected(document: dict[str, Any]) -> None:
    assert set(operations(document)) == set(EXPECTED)


def test_contract_states_the_scope_of_every_operation(document: dict[str, Any]) -> None:
    for operation, needed in EXPECTED.items():
        method, _, path = operation.partition(" ")
        stated = document["paths"][path][method.lower()]
        if needed == OPEN:
            assert stated["security"] == [], operation
        else:
            assert stated["x-scope"] == needed.replace(PUBLIC, "catalogue:read").split(), operation
            assert ({} in stated["security"]) is (needed in {ANYBODY, PUBLIC}), operation


@pytest.fixture
async def callers(
    database: str, new_key: KeyMaker, app: FastAPI
) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A client for nobody, each role, and each kind of key that is none any more."""
    keys = {role: await new_key(*scopes) for role, scopes in ROLES.items()}
    keys["expired"] = await new_key("admin", days=1)
    keys["revoked"] = await new_key("admin")
    keys["unknown"] = make_key().text
    keys["nonsense"] = "secret"
    async with transaction(database) as connection:
        await store.revoke_key(connection, keys["revoked"].split("_")[1])
        await connection.exec_driver_sql(
            "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE expires_at IS NOT NULL"
        )
    async with running(app, key=None) as nobody:
        transport = nobody._transport
        clients = {
            name: httpx.AsyncClient(transport=transport, base_url=nobody.base_url, headers={"X-API-Key": key})
            for name, key in keys.items()
        }
        yield {"nobody": nobody, **clients}


def expected_status(caller: str, needed: str) -> int | None:
    """401, 403, or None: let in, whatever then comes of it."""
    if needed == OPEN:
        return None
    if caller == "nobody":
        return None if needed in {ANYBODY, PUBLIC} else 401
    if caller not in ROLES:
        return 401
    scopes = needed.replace(PUBLIC, "catalogue:read").split()
    return None if set(scopes) <= ROLES[caller] else 403


async def test_every_caller_at_every_operation(callers: dict[str, httpx.AsyncClient]) -> None:
    wrong: list[str] = []
    for (operation, needed), (caller, client) in product(EXPECTED.items(), callers.items()):
        method, _, template = operation.partition(" ")
        answer = await ask(client, method, template)
        expected = expected_status(caller, needed)
        fits = answer.status_code == expected if expected else answer.status_code not in {401, 403}
        if operation.endswith(("/auth/token", "/auth/refresh", "/auth/logout")):
            fits = answer.status_code in {400, 415, 422}
        if not fits:
            wrong.append(f"{caller}: {operation} answered {answer.status_code}, expected {expected}")
        if answer.status_code == 401 and expected == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert wrong == []


async def ask(client: httpx.AsyncClient, method: str, template: str) -> httpx.Response:
    """Ask with ids that exist nowhere; a stream is left as soon as its head is there."""
    path = template
    while "{" in path:
        path = path[: path.index("{")] + "999999999" + path[path.index("}") + 1 :]
    request = client.build_request(method, f"http://catalogue{path}")
    if path.endswith("/changes"):
        return await first_of_stream(client, request)
    return await client.send(request)


async def first_of_stream(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """An event stream that is let in never ends; asking for a dataset that is none is refused behind the gate."""
    return await client.send(client.build_request("GET", str(request.url), params={"dataset": "none"}))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders%0A",
        "/api/v1/orders/1/documents%0A",
        "/api/v1//orders",
        "/api/v1/./orders",
        "/api/v1/products/../orders",
        "/api/v1/Orders",
        "/API/v1/orders",
        "/api/v1/orders/",
        "/api/v1/orders%00",
        "/api/v1/orders;a=1",
        "/api/v1/products/..%2Forders",
        "/health/detailed%0A",
        "/api/v1/none",
    ],
)
async def test_address_written_another_way_is_no_way_in(anybody: httpx.AsyncClient, path: str) -> None:
    answer = await anybody.get(httpx.URL("http://catalogue", raw_path=path.encode()))
    assert answer.status_code in {401, 404, 422}, answer.text


async def test_absent_and_forbidden_records_are_answered_alike(callers: dict[str, httpx.AsyncClient]) -> None:
    answers = [await callers["editor"].get(f"/orders/{identity}") for identity in (1, 999_999_999)]
    problems = [{**answer.json(), "request_id": ""} for answer in answers]
    assert problems[0] == problems[1]
    assert problems[0]["code"] == "missing_scope"
    assert problems[0]["errors"] == [
        {"where": "caller.scopes", "code": "orders:read", "message": "is needed and not granted"}
    ]
    assert 'scope="orders:read"' in answers[0].headers["www-authenticate"]


async def test_closed_catalogue_asks_for_a_caller(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    closed = create_app(settings_for(database, PUBLIC_CATALOGUE="false"))
    async with running(closed, key=None) as nobody:
        assert (await nobody.get("/products")).status_code == 401
        assert (await nobody.get("http://catalogue/health")).status_code == 200
        assert (await nobody.get("/products", headers={"X-API-Key": ADMIN_KEY})).status_code == 200


async def test_answer_from_the_cache_is_for_those_who_may_see_it(
    shop: str, settings_for: Callable[..., Settings]
) -> None:
    async with running(create_app(settings_for(shop)), key=None) as nobody:
        key = {"X-API-Key": ADMIN_KEY}
        path = "/orders?limit=2&count=none"
        answers = [await nobody.get(path, headers=key) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {200}
        assert answers[-1].headers["x-cache"] == "HIT-LOCAL"
        assert answers[-1].headers["cache-control"].startswith("private")
        assert "X-API-Key" in answers[-1].headers["vary"]
        assert (await nobody.get(path)).status_code == 401
        same = {"If-None-Match": answers[-1].headers["etag"]}
        assert (await nobody.get(path, headers=same)).status_code == 401
        assert (await nobody.get(path, headers={**key, **same})).status_code == 304
        public = await nobody.get("/products?limit=1")
        assert public.headers["cache-control"].startswith("public")


async def test_bad_key_is_refused_where_none_is_needed(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/products")).status_code == 200
    assert (await anybody.get("/products", headers={"X-API-Key": "wrong"})).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [("X-API-Key", ADMIN_KEY), ("X-API-Key", ADMIN_KEY)],
        [("X-API-Key", "wrong"), ("Authorization", f"Bearer {ADMIN_KEY}")],
        [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
        [("Authorization", f"Bearer {ADMIN_KEY}")],
        [("Authorization", f"Basic {ADMIN_KEY}")],
        [("Authorization", ADMIN_KEY)],
        [("X-API-Key", "")],
        [("X-API-Key", "ä".encode())],
        [("X-API-Key", "a" * 10_000)],
    ],
)
async def test_odd_ways_to_show_a_key_are_refused(
    anybody: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await anybody.get("/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("dataset=products", 200),
        ("dataset=orders", 401),
        ("dataset=products&dataset=orders", 401),
        ("dataset=products,orders", 401),
        ("", 401),
        ("%64ataset=orders", 401),
        ("dataset=products&dataset=", 401),
    ],
)
async def test_changes_of_orders_are_not_public(query: str, status: int) -> None:
    needed = RuleBook().rule("/api/v1/changes").needed("GET", query.encode())
    assert (200 if needed == ("catalogue:read",) else 401) == status
