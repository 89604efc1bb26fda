"""The scenarios of `python -m loadtests.writing`, smaller, on real server processes that are killed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from loadtests.keys import ADMIN_KEY
from loadtests.writing.batches import batch
from loadtests.writing.report import Finding, at_least, exactly, table
from loadtests.writing.scenarios import buyers, crash, patches, same_key
from loadtests.writing.serving import Served, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def served(
    clone: Callable[[str], str], migrated_template: str, redis_url: str, tmp_path: Path
) -> Iterator[Served]:
    environment = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": clone(migrated_template),
        "REDIS_URL": redis_url,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": token_hex(32),
        "ADMIN_API_KEY": ADMIN_KEY,
        "LOG_FORMAT": "json",
        "POOL_WAIT_MS": "20000",
    }
    with serving(environment, workers=2) as started:
        yield started


def check(findings: list[Finding]) -> None:
    assert all(finding.reached for finding in findings), table(findings)


async def test_one_key_makes_one_order(served: Served) -> None:
    check([*await same_key(served, clients=20, rounds=4)])


async def test_buyers_get_what_there_is_and_no_more(served: Served) -> None:
    check([*await buyers(served, count=40, units=10, kills=0)])


async def test_one_of_many_changes_of_a_version_wins(served: Served) -> None:
    check([*await patches(served, count=100)])


async def test_killed_workers_leave_no_half_order(served: Served) -> None:
    check([*await crash(served, count=80)])


async def test_batch_is_faster_than_single_calls(served: Served) -> None:
    """The whole goal is held by the command; here a small batch must be clearly faster."""
    check([*await batch(served, operations=100, goal=3)])


def test_table_says_what_was_missed() -> None:
    missed, reached = exactly("a", "b", 1, 2), at_least("a", "c", 2.5, 2)
    assert (missed.reached, reached.reached) == (False, True)
    assert "| a | b | 1 | 2 | NO |" in table([missed, reached])
