"""Overload: who waits, who is told at once to come back, and that places are never lost."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from catalogue.app import create_app
from catalogue.edge import adaptive_limit, waiting_line
from catalogue.edge.adaptive_limit import AdaptiveLimit
from catalogue.edge.overload import Places
from catalogue.edge.waiting_line import STANDING_WAIT_S, WaitingLine
from catalogue.errors import Unavailable
from catalogue.settings import Settings
from tests.conftest import running
from tests.edge.conftest import Clock

pytestmark = pytest.mark.anyio


def line_of(places: int, *, longest_wait_s: float = 5.0, patient: bool = False) -> WaitingLine:
    limit = AdaptiveLimit(least=places, most=places)
    return WaitingLine(limit, longest_wait_s=longest_wait_s, patient=patient)


async def test_newcomer_waits_for_the_first_place_that_becomes_free() -> None:
    line = line_of(1)
    await line.enter()
    second = asyncio.create_task(line.enter())
    third = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    assert not second.done()
    line.leave(0.001)
    await second
    assert not third.done()
    line.leave(0.001)
    await third


async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    line = line_of(1, longest_wait_s=0.5)
    await line.enter()
    line._usual_s = 0.2
    waiting = [asyncio.create_task(line.enter()) for _ in range(3)]
    await asyncio.sleep(0)
    assert line.is_full()
    with pytest.raises(Unavailable):
        await line.enter()
    assert line.refused == 1
    for _ in range(4):
        line.leave(0.2)
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)


async def test_line_that_stands_for_a_while_is_kept_short(clock: Clock) -> None:
    line = line_of(1, longest_wait_s=1.0)
    await line.enter()
    line._usual_s = STANDING_WAIT_S
    waiting = [asyncio.create_task(line.enter()) for _ in range(10)]
    await asyncio.sleep(0)
    assert not line.is_full(), "a burst is borne"
    clock.now += waiting_line.BURST_S
    assert line.is_full(), "a line that does not end is none"
    for _ in waiting:
        line.leave(0.03)
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert not line.is_full()


async def test_who_is_on_the_way_to_the_line_takes_up_room(clock: Clock) -> None:
    line = line_of(2, longest_wait_s=1.0)
    line._usual_s = 2 * STANDING_WAIT_S
    line.refuse()
    with line.on_the_way(), line.on_the_way():
        assert line.lets_come(), "one may stand in the line, for as long as a place takes to become free"
        with line.on_the_way(), line.on_the_way():
            assert not line.lets_come()
    assert line.coming == 0
    assert line.lets_come()


async def test_who_arrives_is_counted_once(clock: Clock) -> None:
    line = line_of(2)
    with line.on_the_way():
        await asyncio.create_task(line.enter())
        assert (line.coming, line.running) == (0, 1)
    assert (line.coming, line.running) == (0, 1)


async def test_burst_is_let_in_until_somebody_is_refused(clock: Clock) -> None:
    line = line_of(2, longest_wait_s=1.0)
    line._usual_s = 2 * STANDING_WAIT_S
    await line.enter()
    await line.enter()
    with line.on_the_way(), line.on_the_way():
        assert line.lets_come()
        line.refuse()
        assert not line.lets_come()
        clock.now += waiting_line.BURST_S
        assert line.lets_come(), "nobody was refused for a while"


def probing_line(clock: Clock) -> WaitingLine:
    """One whose limit lets a single one run just now: it has seen nothing but a slow crowd."""
    limit = AdaptiveLimit(least=4, most=40)
    while not limit.is_probing:
        clock.now += adaptive_limit.WINDOW_S
        for _ in range(adaptive_limit.FEWEST):
            limit.note(0.25, at_a_time=8)
    assert (limit.value, limit.settled) == (1, 16)
    line = WaitingLine(limit, longest_wait_s=0.3)
    line._usual_s = 0.25
    return line


async def test_probe_of_the_limit_refuses_nobody_who_would_find_a_place_without_it(clock: Clock) -> None:
    line = probing_line(clock)
    await line.enter()
    waiting = [asyncio.create_task(line.enter()) for _ in range(10)]
    await asyncio.sleep(0)
    assert (line.running, line.waiting, line.refused) == (1, 10, 0)
    assert line.lets_come()
    clock.now += adaptive_limit.LONGEST_PROBE_S + 0.1
    line.limit.note(0.25, at_a_time=1)
    line.leave(0.25)
    await asyncio.gather(*waiting)
    assert (line.running, line.refused) == (10, 0)


async def test_probe_in_a_lasting_overload_lets_nobody_in_to_wait_for_its_end(clock: Clock) -> None:
    line = probing_line(clock)
    await line.enter()
    line.refuse()
    with line.on_the_way():
        assert not line.lets_come()


async def test_writes_bear_a_long_line(clock: Clock) -> None:
    line = line_of(1, longest_wait_s=1.0, patient=True)
    await line.enter()
    waiting = [asyncio.create_task(line.enter()) for _ in range(10)]
    await asyncio.sleep(0)
    clock.now += waiting_line.BURST_S * 3
    assert not line.is_full()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_place_of_somebody_who_gives_up_is_not_lost() -> None:
    line = line_of(1)
    await line.enter()
    leaving = asyncio.create_task(line.enter())
    staying = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    line.leave(0.001)
    await staying
    line.leave(0.001)
    assert (line.running, line.waiting) == (0, 0)


async def test_place_given_to_somebody_who_leaves_at_that_moment_goes_to_the_next() -> None:
    line = line_of(1)
    await line.enter()
    leaving = asyncio.create_task(line.enter())
    staying = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    line.leave(0.001)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await staying
    line.leave(0.001)
    assert (line.running, line.waiting) == (0, 0)


async def test_waiting_has_an_end() -> None:
    line = line_of(1, longest_wait_s=0.01)
    await line.enter()
    with pytest.raises(Unavailable):
        await line.enter()
    line.leave(0.001)
    assert line.running == 0


async def test_background_work_waits_until_half_of_the_places_are_free() -> None:
    line = line_of(4)
    for _ in range(4):
        await line.enter()
    calm = asyncio.create_task(line.calm(within_s=20))
    await asyncio.sleep(0)
    line.leave(0.001)
    await asyncio.sleep(0)
    assert not calm.done()
    line.leave(0.001)
    assert await calm
    await line.enter()
    assert not await line.calm(within_s=0.01)


async def test_full_house_refuses_reads_serves_hits_and_health_and_takes_writes(
    database: str, settings_for: Callable[..., Settings]
) -> None:
    app = create_app(settings_for(database, OVERLOAD_READS="4", OVERLOAD_WAIT_MS="1"))
    async with running(app) as client:
        kept = (await client.get("/products?limit=2")).headers["x-request-id"]
        assert kept
        reads = app.state.places.reads
        for _ in range(4):
            await reads.enter()
        reads._usual_s = 10.0
        waiting = asyncio.create_task(_wait(reads))
        await asyncio.sleep(0)
        await check_full_house(client)
        await waiting
        for _ in range(4):
            reads.leave(0.001)
        assert (await client.get("/products?limit=3")).status_code == 200


async def check_full_house(client: httpx.AsyncClient) -> None:
    refused = await client.get("/products?limit=3")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/terminals")).status_code == 503
    assert (await client.get("/products?limit=2")).headers["x-cache"] == "HIT-LOCAL"
    assert (await client.get("http://catalogue/health")).status_code == 200
    assert (await client.post("/drivers", json={"name": "A", "phone": "1"})).status_code == 201


async def _wait(line: WaitingLine) -> None:
    with pytest.raises(Unavailable):
        await line._wait(20 if line.waiting else 0.5)


async def test_places_are_described(settings_for: Callable[..., Settings]) -> None:
    places = Places(settings_for("postgresql://nowhere/none", OVERLOAD_READS="7").server)
    await places.reads.enter()
    assert places.described()["reads"] == {"limit": 7, "running": 1, "waiting": 0}
