"""NaN, 1e400, halves of letters, NUL, 64 bits and one, endless nesting, keys twice: in every parameter and body."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from catalogue.app import create_app
from catalogue.settings import Settings
from loadtests.hostile.asking import ask_all
from loadtests.hostile.cases import cases
from tests.conftest import ADMIN_KEY

pytestmark = pytest.mark.anyio
AT_LEAST = 2_000
STALLED_MS = 500.0
"""Work without a pause, not time by the clock: a loaded machine stalls by itself. `python -m loadtests.hostile` measures
both, against 100 ms."""


@contextmanager
def nothing_old_collected() -> Iterator[None]:
    """What was there before is no garbage, as in a server: looking through what hundreds of tests left takes most of a second."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@pytest.fixture
def asked(own_shop: dict[str, str], settings_for: Callable[..., Settings]) -> Settings:
    return settings_for(own_shop.pop("DATABASE_URL"), RATE_LIMITS="off", **own_shop)


async def test_no_hostile_value_makes_a_fault_or_stops_the_event_loop(asked: Settings) -> None:
    application = create_app(asked)
    requests = list(cases(application.openapi(), everything=False))
    assert len(requests) > AT_LEAST
    async with application.router.lifespan_context(application):
        with nothing_old_collected():
            outcome = await ask_all(application, requests, key=ADMIN_KEY, above_ms=STALLED_MS)
    assert outcome.faults == []
    assert outcome.busy_ms < STALLED_MS
    assert outcome.statuses[400] + outcome.statuses[422] > AT_LEAST // 2
