"""`make fuzz`, or `python -m loadtests.fuzz`: generated requests as every role, with several seeds; prints a table.

Each run meets a server and a database of its own. Exits with 1 when a check failed or there were too few requests.
The reports of runs that failed are kept in loadtests/reports.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from catalogue.callers import store
from catalogue.callers.scopes import ROLES
from catalogue.db.engines import migration_engine
from catalogue.edge.addresses import API_PREFIX
from loadtests.databases import seeded_databases
from loadtests.fuzzing import Fuzzed, fuzz
from loadtests.writing.serving import serving

AT_LEAST = 5_000
NOBODY = "nobody"
_REPORTS = Path(__file__).parent / "reports"


@click.command()
@click.option("--seeds", default="1,2,3", help="Comma list of numbers.")
@click.option("--roles", default=",".join((*ROLES, NOBODY)), help="Comma list.")
@click.option("--examples", default=15, help="Generated requests for each operation and kind.")
def main(seeds: str, roles: str, examples: int) -> None:
    """Fuzz the API as every role."""
    failures = 0
    print("role    seed  requests  failures", flush=True)
    with seeded_databases(products=2_000, orders=1_000) as environment:
        for role in roles.split(","):
            for seed in map(int, seeds.split(",")):
                done = _run(environment, role, seed=seed, examples=examples)
                print(f"{role:7} {seed:4} {done.cases:9,} {done.failures:9}", flush=True)
                if done.failures:
                    _keep(done.report, f"fuzz-{role}-{seed}.txt")
                failures += done.failures + (done.cases < AT_LEAST)
    sys.exit(bool(failures))


def _run(environment: Mapping[str, str], role: str, *, seed: int, examples: int) -> Fuzzed:
    with serving({**environment, "RATE_LIMITS": "off"}, workers=1) as served, _folder() as folder:
        headers = []
        if role != NOBODY:
            headers = [f"X-API-Key: {asyncio.run(_new_key(served.database_url, role))}"]
        return fuzz(
            served.address.removesuffix(API_PREFIX), folder, headers=headers, examples=examples, seed=seed
        )


async def _new_key(url: str, role: str) -> str:
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            scopes = sorted(ROLES[role])
            return (await store.add_key(connection, name="fuzz", scopes=scopes, days=None)).text
    finally:
        await engine.dispose()


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _keep(report: str, name: str) -> None:
    _REPORTS.mkdir(exist_ok=True)
    (_REPORTS / name).write_text(report)


if __name__ == "__main__":
    main()
