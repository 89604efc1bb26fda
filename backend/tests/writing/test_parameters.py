"""No write takes query parameters; one that is given all the same is named, not ignored."""

import re

import httpx
import pytest

from catalogue.app import create_app

pytestmark = pytest.mark.anyio
READING = {"get", "head"}


def write_operations() -> list[tuple[str, str]]:
    found = create_app().openapi()["paths"]
    return [
        (method.upper(), re.sub(r"\{\w+\}", "1", path))
        for path, operations in found.items()
        for method in operations
        if method not in READING
    ]


async def test_every_write_names_the_parameters_that_it_does_not_take(client: httpx.AsyncClient) -> None:
    operations = write_operations()
    assert len(operations) > 30
    for method, path in operations:
        answer = await client.request(method, f"http://catalogue{path}?colour=red&colour=blue&dry_run=")
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "validation_failed"), (method, path)
        assert [(error["where"], error["code"]) for error in problem["errors"]] == [
            ("query.colour", "unknown_parameter"),
            ("query.dry_run", "unknown_parameter"),
        ], (method, path)


async def test_many_parameters_with_long_names_are_told_in_short(client: httpx.AsyncClient) -> None:
    query = "&".join(f"{'n' * 100}{number}" for number in range(500))
    answer = await client.post(f"/drivers?{query}", json={"name": "A", "phone": "1"})
    assert answer.status_code == 422
    assert len(answer.content) < 5_000


async def test_empty_query_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/drivers/999999999?", json={"phone": "1"})
    assert answer.status_code == 404
