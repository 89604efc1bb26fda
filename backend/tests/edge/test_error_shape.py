"""One shape for every failure: RFC 9457, whoever noticed it, and nothing internal in it."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from pydantic import BaseModel

from catalogue.app import create_app
from catalogue.edge.json_body import json_body
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio


class Note(BaseModel):
    text: str
    number: int = 0


def add_routes(app: FastAPI) -> None:
    @app.post("/api/v1/notes")
    async def add_note(note: Annotated[Note, Depends(json_body(Note))]) -> Note:
        return note

    @app.get("/api/v1/fault")
    async def fail() -> None:
        raise RuntimeError("secret text of ours")


@pytest.fixture
async def noted(shop: str, settings_for: Callable[..., Settings]) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings_for(shop, MAX_BODY_BYTES="200000"))
    add_routes(app)
    async with running(app) as client:
        yield client


def check_shape(answer: httpx.Response) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["type"] == f"/problems/{problem['code'].replace('_', '-')}"
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) <= {"type", "title", "status", "detail", "code", "request_id", "errors"}
    for error in problem.get("errors", ()):
        assert set(error) == {"where", "code", "message"}
    return problem


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/products/", 404, "not_found"),
        ("GET", "http://catalogue/", 404, "not_found"),
        ("GET", "/products/999999999", 404, "not_found"),
        ("GET", "/products/by-sku/none", 404, "not_found"),
        ("GET", "/orders/999999999", 404, "not_found"),
        ("GET", "/orders/1/documents/999999999", 404, "not_found"),
        ("GET", "/orders/1/documents/999999999/content", 404, "not_found"),
        ("GET", "/orders/999999999/documents", 404, "not_found"),
        ("GET", "/drivers/999999999", 404, "not_found"),
        ("GET", "/products/0", 422, "validation_failed"),
        ("GET", "/products/9223372036854775808", 422, "validation_failed"),
        ("GET", "/products/abc", 404, "not_found"),
        ("GET", "/products/-1", 422, "validation_failed"),
        ("GET", "/products/batch", 405, "method_not_allowed"),
        ("GET", "/products?limit=0", 422, "validation_failed"),
        ("GET", "/products?cursor=none", 400, "bad_request"),
        ("GET", "/products/stats?limit=5", 422, "validation_failed"),
        ("GET", "/products/export", 422, "validation_failed"),
        ("GET", "/products/export?format=xml", 422, "validation_failed"),
        ("GET", "/products/export?format=csv&limit=5", 422, "validation_failed"),
        ("GET", "/products/export?format=csv&format=csv", 422, "validation_failed"),
        ("GET", "/products/export?format=csv" + "&brand=a" * 400, 422, "validation_failed"),
        ("GET", "/products/export?format=csv&brand=%ff", 422, "validation_failed"),
        ("GET", "/products/suggest", 422, "validation_failed"),
        ("DELETE", "/products/stats", 405, "method_not_allowed"),
        ("TRACE", "/products", 405, "method_not_allowed"),
        ("GET", "/fault", 500, "internal_error"),
    ],
)
async def test_failure_has_the_shape(
    noted: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    problem = check_shape(await noted.request(method, path))
    assert (problem["status"], problem["code"]) == (status, code)
    assert "secret" not in str(problem)


async def test_405_says_what_is_allowed(noted: httpx.AsyncClient) -> None:
    answer = await noted.delete("/products/stats")
    assert answer.headers["allow"] == "GET, HEAD"


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"text": "a",}', 400),
        (b'{"text": NaN}', 400),
        (b'{"text": "a", "number": Infinity}', 400),
        (b'{"text": "a", "text": "b"}', 400),
        (b'{"text": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"text":' * 40 + b"1" + b"}" * 40, 400),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": "a", "number": 9223372036854775808}', 422),
        (b'{"text": "a", "number": ' + b"9" * 5000 + b"}", 400),
        (b'{"text": "a", "number": 1e400}', 422),
        (b'{"text": 5}', 422),
        (b"{}", 422),
        (b"[]", 422),
        (b'{"text": "' + b"a" * 200_000 + b'"}', 413),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_body_that_is_no_note_is_refused(noted: httpx.AsyncClient, body: bytes, status: int) -> None:
    problem = check_shape(await noted.post("/notes", content=body, headers=JSON))
    assert problem["status"] == status


async def test_body_of_another_media_type_is_415(noted: httpx.AsyncClient) -> None:
    answer = await noted.post("/notes", content=b"text=a", headers={"content-type": "text/plain"})
    assert check_shape(answer)["status"] == 415


async def test_body_that_is_right_is_taken(noted: httpx.AsyncClient) -> None:
    answer = await noted.post("/notes", content='{"text": "ä \\ud83d\\ude00"}'.encode(), headers=JSON)
    assert answer.json() == {"text": "ä \U0001f600", "number": 0}


async def test_body_over_the_limit_is_refused_unread(noted: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 50_000
            yield b"a" * 50_000

    answer = await noted.post("/notes", content=endless(), headers=JSON)
    assert check_shape(answer)["status"] == 413
    assert read <= 300_000


async def test_declared_length_over_the_limit_is_refused_before_reading(noted: httpx.AsyncClient) -> None:
    async def unread() -> AsyncIterator[bytes]:
        pytest.fail("the body was read")
        yield b""

    answer = await noted.post(
        "/notes", content=unread(), headers={**JSON, "content-length": "999999999999999999999999"}
    )
    assert check_shape(answer)["status"] == 413
