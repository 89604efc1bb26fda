"""No call takes query parameters that it does not know; one that is given all the same is named, not ignored."""

import re
from collections.abc import Callable

import httpx
import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

pytestmark = pytest.mark.anyio
READING = {"get", "head"}
UNKNOWN = [("query.colour", "unknown_parameter"), ("query.hue", "unknown_parameter")]


def operations(*, reading: bool) -> list[tuple[str, str]]:
    """Method and address of every call of the API. Monitoring may say what it likes to `/health` and `/metrics`."""
    found = create_app().openapi()["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", "1", path))
        for path, methods in found.items()
        for method in methods
        if (method in READING) is reading and (path.startswith("/api/") or not reading)
    ]


async def test_every_write_names_the_parameters_that_it_does_not_take(client: httpx.AsyncClient) -> None:
    writes = operations(reading=False)
    assert len(writes) > 30
    for method, path in writes:
        answer = await client.request(method, f"http://catalogue{path}?colour=red&colour=blue&hue=")
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "validation_failed"), (method, path)
        assert [(error["where"], error["code"]) for error in problem["errors"]] == UNKNOWN, (method, path)


async def test_every_read_names_the_parameters_that_it_does_not_take(client: httpx.AsyncClient) -> None:
    reads = operations(reading=True)
    assert len(reads) > 30
    for method, path in reads:
        needed = "&format=csv" if path.endswith("/export") else "&q=a" if path.endswith("/suggest") else ""
        answer = await client.request(method, f"http://catalogue{path}?colour=red&hue={needed}")
        assert answer.status_code == 422, (method, path)
        found = [(error["where"], error["code"]) for error in answer.json()["errors"]]
        assert found == UNKNOWN, (method, path)


@pytest.mark.parametrize(
    "path",
    ["/products/1", "/products/suggest?q=ca", "/products/brands", "/products/categories", "/drivers/1"],
)
async def test_no_spelling_of_a_record_makes_another_entry(
    shop: str, settings_for: Callable[..., Settings], path: str
) -> None:
    app = create_app(settings_for(shop))
    async with running(app) as client:
        assert (await client.get(path)).status_code == 200
        entries = len(app.state.cache.local)
        for variant in ("x=1", "x=2", "_=3", "X"):
            answer = await client.get(f"{path}{'&' if '?' in path else '?'}{variant}")
            assert answer.status_code == 422
        for same in ("", "&", "&&"):
            assert (await client.get(f"{path}{'&' if '?' in path else '?'}{same}")).status_code == 200
        assert len(app.state.cache.local) == entries


async def test_parameter_that_is_needed_once_is_refused_twice_and_not_at_all(
    client: httpx.AsyncClient,
) -> None:
    twice = await client.get("/products/suggest?q=a&q=b")
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "repeated")
    assert (await client.get("/products/suggest")).status_code == 422
    assert (await client.get("/products/suggest?q=")).status_code == 200


@pytest.mark.parametrize("path", ["/products/1", "/products/suggest", "/products/brands", "/products"])
async def test_so_many_parameters_that_nobody_counts_them_are_no_fault(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(f"{path}?{'&'.join('a' for _ in range(600))}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many")


async def test_many_parameters_with_long_names_are_told_in_short(client: httpx.AsyncClient) -> None:
    query = "&".join(f"{'n' * 100}{number}" for number in range(200))
    answer = await client.post(f"/drivers?{query}", json={"name": "A", "phone": "1"})
    assert answer.status_code == 422
    assert len(answer.content) < 5_000


async def test_empty_query_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/drivers/999999999?", json={"phone": "1"})
    assert answer.status_code == 404
