"""Writes: one product after another, and a thousand in a batch, beside the same UPDATE without a framework and by pgbench.

They work on a copy of the database, which goes afterwards. Every commit is durable, and the change feed's triggers run
for everybody.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import nan

import orjson

from loadtests.benchmarks.bare import UPDATE
from loadtests.benchmarks.client import request_bytes
from loadtests.benchmarks.contestants import (
    APPLICATION,
    BARE_UPDATES,
    CHOSEN_SERVER,
    Contestant,
    Running,
    running,
)
from loadtests.benchmarks.entrants import Entrant, Turn
from loadtests.benchmarks.load import put_own_load
from loadtests.benchmarks.outsiders import pgbench
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import take_turns
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.keys import SHOWN
from loadtests.writing.serving import copied_database

BATCH_OPERATIONS = 1_000
BATCH_GOAL = 20.0
_PRODUCTS = "/api/v1/products"
_BARE = Contestant("asyncpg, no framework: UPDATE", CHOSEN_SERVER, BARE_UPDATES)
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)


def compare_writes(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """Two comparisons: single writes under way side by side, and a batch against single ones on one connection."""
    with copied_database(environment["DATABASE_URL"]) as url:
        copy = {**environment, "DATABASE_URL": url}
        with running(_BARE, copy) as bare, running(_API, copy) as api:
            script = f"\\set id random(1, {settings.products})\n\\set stock random(1, 900)\n{_script()}"
            entrants = [
                _changing(bare, settings, settings.connections, name=bare.name),
                pgbench("UPDATE", script, url, settings),
                _changing(api, settings, settings.connections, name="the API: PATCH"),
            ]
            yield Comparison("write", take_turns(entrants, settings))
            single = _changing(api, settings, 1, name="the API: PATCH after PATCH, one connection")
            batch = _batch(api, settings)
            yield Comparison("batch", take_turns([single, batch], settings))


def _changing(contestant: Running, settings: BenchmarkSettings, connections: int, *, name: str) -> Entrant:
    """PATCHes of the stock of products drawn by lot."""

    def make() -> bytes:
        address = f"{_PRODUCTS}/{random.randint(1, settings.products)}"
        return request_bytes(
            address, method="PATCH", headers=SHOWN, body=b'{"stock":%d}' % random.randint(1, 900)
        )

    def run(seconds: int) -> Turn:
        before = contestant.cpu_seconds()
        load = put_own_load(contestant.port, make, seconds=seconds, connections=connections)
        return Turn(load, (contestant.cpu_seconds() - before) / load.requests * 1e6)

    return Entrant(name, run)


def _batch(contestant: Running, settings: BenchmarkSettings) -> Entrant:
    def make() -> bytes:
        chosen = random.sample(range(1, settings.products + 1), BATCH_OPERATIONS)
        operations = [
            {"op": "update", "id": identity, "stock": random.randint(1, 900)} for identity in chosen
        ]
        body = orjson.dumps({"operations": operations})
        return request_bytes(f"{_PRODUCTS}/batch", method="POST", headers=SHOWN, body=body)

    def run(seconds: int) -> Turn:
        load = put_own_load(contestant.port, make, seconds=seconds, connections=1)
        return Turn(replace(load, requests_per_s=load.requests_per_s * BATCH_OPERATIONS), nan)

    return Entrant(f"the API: batches of {BATCH_OPERATIONS:,}, operations/s", run, BATCH_GOAL)


def _script() -> str:
    return UPDATE.replace("$1", ":stock").replace("$2", ":id") + ";\n"
