"""People browse, as Locust's users do, while somebody changes a product every second: how much the cache answers."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from loadtests.cache.stage import Stage
from loadtests.keys import ADMIN_KEY
from loadtests.outcome import OUTCOME_NAME, read_outcome
from loadtests.writing.report import Finding, at_least, exactly

LEAST_SHARE = 0.95
SHAPE = "long"
_CHANGES = (
    "UPDATE products SET stock = greatest(stock + $2, 0) WHERE id = $1",
    "UPDATE products SET price = price + abs($2) WHERE id = $1",
)


async def browsing(stage: Stage) -> Sequence[Finding]:
    """Stock and price of random products change by turns; the people are those of `make loadtest`."""
    name = f"browsing ({SHAPE}), 1 write a second"
    with TemporaryDirectory() as folder:
        locust = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "loadtests.run",
            env={
                **os.environ,
                "LOADTEST_HOST": stage.served.address.removesuffix("/api/v1"),
                "LOADTEST_API_KEY": ADMIN_KEY,
                "LOADTEST_SHAPE": SHAPE,
                "LOADTEST_REPORTS": folder,
            },
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            writes = await _write_until_over(stage, locust)
        finally:
            if locust.returncode is None:
                locust.terminate()
                await locust.wait()
        outcome = read_outcome(Path(folder) / OUTCOME_NAME)
    share = outcome.hit_share or 0
    failures = sum(route.failures for route in outcome.routes)
    return [
        exactly(name, f"failures, of {sum(route.requests for route in outcome.routes):,}", failures, 0),
        at_least(
            name,
            f"share of the reads that the cache answered, %, {writes} writes",
            share * 100,
            LEAST_SHARE * 100,
        ),
    ]


async def _write_until_over(stage: Stage, locust: asyncio.subprocess.Process) -> int:
    dice, writes = Random(7), 0
    async with stage.served.database() as connection:
        products = await connection.fetchval("SELECT max(id) FROM products")
        while locust.returncode is None:
            await connection.execute(_CHANGES[writes % 2], dice.randint(1, products), dice.randint(-1, 3))
            writes += 1
            await asyncio.sleep(1)
    return writes
