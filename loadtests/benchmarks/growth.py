"""How requests grow with depth and with the size of the table, beside the same requests done the usual way.

A table of each size has a PostgreSQL, a Redis and an API with one worker of its own. All serve at the same time and are
asked in turns, one request at a time, in rounds that go through every request at every size, so that a busy machine
slows all of them alike; medians of the rounds are compared. The usual way (OFFSET and count(*) over whole rows, ILIKE,
GROUP BY) is timed as bare SQL on a connection of its own: without a server, which flatters it.
"""

import asyncio
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote

import asyncpg
import click

from loadtests.benchmarks.contestants import ContestantError
from loadtests.benchmarks.growth_report import ALONE, Growth
from loadtests.benchmarks.growth_requests import (
    CATEGORY,
    COMMON_WORD,
    PRODUCTS,
    USUAL,
    Asked,
    new_lists,
    requests,
)
from loadtests.benchmarks.growth_served import Served, served_table

ROUNDS = 20
USUAL_ROUNDS = 3
"""Of the largest tables, where one takes minutes, a single round."""

USUAL_LIMIT_S = 15.0
"""Nobody waits longer: a statement of the usual way ends after it, and counts as if it had answered then."""

KEYSET_ROUNDS = 5
_SETTLE_S = 0.2
Times = dict[str, list[float]]


def measure_growth(sizes: Sequence[int]) -> list[Growth]:
    """Seed a table of each size (kept for the next run) and measure them side by side."""
    with ExitStack() as stack:
        tables = [stack.enter_context(served_table(size)) for size in sizes]
        asked = [list(_requests(table)) for table in tables]
        for table, each in zip(tables, asked, strict=True):
            with _told(f"list indexes, {table.rows:,} rows"):
                table.prepare_indexes([one.address for one in each if "offset=" in one.address])
        sleep(_SETTLE_S * 10)
        with _told(f"{ROUNDS} rounds"):
            taken = _rounds(tables, asked)
        memory = [table.memory_bytes() for table in tables]
        usual: list[tuple[Times, Times]] = []
        first_requests: list[Times] = []
        for table, each in zip(tables, asked, strict=True):
            with _told(f"the usual way, {table.rows:,} rows"):
                usual.append(asyncio.run(_usual_way(table, each)))
        for table in tables:
            with _told(f"first requests of new lists, {table.rows:,} rows"):
                first_requests.append(_first_requests(table))
    return [
        Growth(
            rows=table.rows,
            asked=tuple(asked[place]),
            rounds=taken[place],
            usual=_medians(usual[place][0]),
            beside=_medians(usual[place][1]),
            first_request=_medians(first_requests[place]),
            memory_bytes=memory[place],
        )
        for place, table in enumerate(tables)
    ]


@contextmanager
def _told(phase: str) -> Iterator[None]:
    """Say how long a phase took: large tables want patience."""
    started = perf_counter()
    yield
    click.echo(f"growth: {phase}, {perf_counter() - started:.0f} s", err=True)


def _first_requests(table: Served) -> Times:
    """Ratios of the first request for a list that nobody asked before to the page after it, by its cursor.

    Each comes after the same pause: a processor that has rested takes twice as long for anything.
    """
    table.begin()
    ratios: Times = defaultdict(list)
    for new in new_lists(table.rows, table.facet("category")):
        if new.alike is not None:
            table.ask(new.alike)
        seconds, page = _after_a_pause(table, new.address)
        position = page.get("next") or page.get("prev")
        if position is None:
            ratios[f"first request, {new.kind}"].append(math.inf)
            continue
        listed = new.address.partition("&offset=")[0]
        after = f"{listed}&cursor={quote(position)}"
        keyset = statistics.median(_after_a_pause(table, after)[0] for _ in range(KEYSET_ROUNDS))
        ratios[f"first request, {new.kind}"].append(seconds / keyset)
    return ratios


def _after_a_pause(table: Served, address: str) -> tuple[float, dict[str, Any]]:
    sleep(_SETTLE_S)
    return table.ask(address)


def _requests(table: Served) -> Iterator[Asked]:
    table.begin()
    branded = table.facet("brand")[COMMON_WORD]
    if not 0.15 <= branded / table.rows <= 0.25:
        raise ContestantError(f"'{COMMON_WORD}' is the brand of {branded:,} of {table.rows:,} products")
    _, middle = table.ask(f"{PRODUCTS}?sort=price&offset={table.rows // 2}")
    return requests(
        rows=table.rows, in_category=table.facet("category")[CATEGORY], after_middle=middle["next"]
    )


def _rounds(tables: Sequence[Served], asked: Sequence[Sequence[Asked]]) -> list[Times]:
    taken: list[Times] = [defaultdict(list) for _ in tables]
    for table in tables:
        table.begin()
    for _ in range(ROUNDS):
        for same_at_all_sizes in zip(*asked, strict=True):
            for table, each, times in zip(tables, same_at_all_sizes, taken, strict=True):
                known = times[each.name]
                known.append(math.inf if known[-1:] == [math.inf] else table.ask(each.address)[0])
    return taken


async def _usual_way(table: Served, asked: Sequence[Asked]) -> tuple[Times, Times]:
    """Seconds of the usual way, and of the API asked for the same before each time."""
    table.begin()
    addresses = {each.name: each.address for each in asked}
    connection = await asyncpg.connect(table.environment["DATABASE_URL"])
    taken: Times = defaultdict(list)
    ours: Times = defaultdict(list)
    for _ in range(USUAL_ROUNDS if table.rows <= 1_000_000 else 1):
        for name, statements in USUAL.items():
            ours[name] += [table.ask(addresses[name])[0] for _ in range(5)]
            seconds = [await _seconds(connection, table, statement) for statement in statements]
            if "OFFSET" in statements[0]:
                taken[f"{name}{ALONE}"].append(seconds[0])
            taken[name].append(sum(seconds))
    await connection.close()
    return taken, ours


async def _seconds(connection: asyncpg.Connection, table: Served, statement: str) -> float:
    started = perf_counter()
    written = statement.format(deep=int(table.rows * 0.999), middle=table.rows // 2)
    try:
        await connection.fetch(written, timeout=USUAL_LIMIT_S)
    except TimeoutError:
        return USUAL_LIMIT_S
    return perf_counter() - started


def _medians(times: Times) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in times.items()}
