"""The programs of `python -m loadtests.cache`: how they count, and one of them on a real server with two workers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from loadtests.cache.connections import Answer
from loadtests.cache.counting import Seen, bursts
from loadtests.cache.hot_pages import categories
from loadtests.cache.ledger import Ledger
from loadtests.cache.stage import Stage
from loadtests.writing.report import table
from loadtests.writing.serving import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def stage(clone: Callable[[str], str], shop_template: str, redis_url: str, tmp_path: Path) -> Iterator[Stage]:
    environment = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": clone(shop_template),
        "REDIS_URL": redis_url,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "load tests of the cache, in a test",
        "LOG_FORMAT": "json",
        "POOL_WAIT_MS": "20000",
        "OVERLOAD_WAIT_MS": "20000",
    }
    with serving(environment, workers=2) as served:
        yield Stage(served, redis_url, 2)


def answer(stock: int, *, tier: str = "MISS", database_ms: str = "1") -> Answer:
    headers = {"x-cache": tier, "server-timing": f"cache;dur=0, db;dur={database_ms}, total;dur=2"}
    return Answer(200, headers, b'{"stock":%d}' % stock)


def test_rises_that_follow_each_other_are_one_burst() -> None:
    values = [(0.0, 5.0), (0.2, 6.0), (0.4, 7.0), (0.6, 7.0), (2.0, 8.0), (2.2, 8.0)]
    assert bursts(values, length_s=1) == [2.0, 1.0]


def test_those_who_waited_for_one_rebuild_count_once() -> None:
    seen = Seen()
    for database_ms in ("1", "1", "2"):
        seen.note("/a", answer(0, database_ms=database_ms), 0.001)
    seen.note("/b", answer(0), 0.001)
    seen.note("/a", answer(0, tier="HIT-LOCAL", database_ms="3"), 0.001)
    assert seen.most_rebuilds == 2


def test_age_is_since_the_first_change_that_is_not_shown() -> None:
    ledger, now = Ledger(), monotonic()
    ledger.committed_at[1] = [now - 3, now - 2, now - 1]
    for stock in (3, 2, 1):
        ledger.seen(1, answer(stock), now)
    assert ledger.ages_s == pytest.approx([0, 1, 2])
    assert ledger.older_than_a_second == 1
    ledger.seen(1, answer(0, tier="STALE"), now)
    assert (len(ledger.ages_s), ledger.stale_at) == (3, [now])


def test_writer_who_does_not_see_the_write_is_a_violation() -> None:
    ledger = Ledger()
    for stock in (4, 5, 6):
        ledger.seen_by_writer(answer(stock), 5)
    assert (ledger.own_reads, ledger.violations) == (3, 1)


async def test_write_in_one_category_leaves_the_others_hot(stage: Stage) -> None:
    findings = await categories(stage)
    assert all(finding.reached for finding in findings), table(findings)
