"""A batch of upserts against as many single calls, one after the other on one connection."""

from collections.abc import Sequence
from time import perf_counter

import httpx

from loadtests.writing.report import Finding, at_least
from loadtests.writing.serving import Served
from loadtests.writing.shop import prepare, product_body

_ROUNDS = 3


async def batch(served: Served, *, operations: int, goal: float) -> Sequence[Finding]:
    """Half of the products are new, half are there already; the best of a few rounds counts for both sides."""
    async with served.database() as database, served.client(1) as client:
        await prepare(database)
        singles, batches = [], []
        for turn in range(_ROUNDS):
            singles.append(await _singles(client, f"S{turn}", operations))
            batches.append(await _batch(client, f"B{turn}", operations))
    name = f"{operations} upserts"
    return [
        at_least(name, "single calls, operations/s", operations / min(singles), 0),
        at_least(name, "one batch, operations/s", operations / min(batches), 0),
        at_least(name, "times as fast", min(singles) / min(batches), goal),
    ]


async def _singles(client: httpx.AsyncClient, name: str, operations: int) -> float:
    made = await _prepared(client, name, operations)
    started = perf_counter()
    for number in range(operations):
        body = {**product_body(f"{name}-{number}"), "price": 20}
        if number < operations // 2:
            answer = await client.put(f"/products/{made[number]}", json=body)
        else:
            answer = await client.post("/products", json=body)
        answer.raise_for_status()
    return perf_counter() - started


async def _batch(client: httpx.AsyncClient, name: str, operations: int) -> float:
    await _prepared(client, name, operations)
    wanted = [
        {"op": "upsert", **product_body(f"{name}-{number}"), "price": 20} for number in range(operations)
    ]
    started = perf_counter()
    answer = await client.post("/products/batch", json={"on_error": "reject_all", "operations": wanted})
    answer.raise_for_status()
    return perf_counter() - started


async def _prepared(client: httpx.AsyncClient, name: str, operations: int) -> list[int]:
    """The half that is there already; returns the ids."""
    creations = [{"op": "create", **product_body(f"{name}-{number}")} for number in range(operations // 2)]
    answer = await client.post("/products/batch", json={"operations": creations})
    answer.raise_for_status()
    return [int(result["id"]) for result in answer.json()["results"]]
