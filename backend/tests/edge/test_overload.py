"""Overload: who waits, who is told at once to come back, and that places are never lost."""

import asyncio

import pytest

from catalogue.edge.overload import Line
from catalogue.errors import Unavailable

pytestmark = pytest.mark.anyio


async def test_newcomer_waits_for_the_first_place_that_becomes_free() -> None:
    line = Line(places=1, longest_wait_s=5)
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
    line = Line(places=1, longest_wait_s=0.5)
    await line.enter()
    for _ in range(60):
        line._usual_s = 0.2
    waiting = [asyncio.create_task(line.enter()) for _ in range(3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(0.05):
        with pytest.raises(Unavailable):
            await line.enter()
    for _ in range(4):
        line.leave(0.2)
    await asyncio.gather(*waiting)


async def test_place_of_somebody_who_gives_up_is_not_lost() -> None:
    line = Line(places=1, longest_wait_s=5)
    await line.enter()
    leaving = asyncio.create_task(line.enter())
    staying = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    line.leave(0.001)
    await staying
    line.leave(0.001)
    assert line._running == 0


async def test_place_given_to_somebody_who_leaves_at_that_moment_goes_to_the_next() -> None:
    line = Line(places=1, longest_wait_s=5)
    await line.enter()
    leaving = asyncio.create_task(line.enter())
    staying = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    line.leave(0.001)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await staying
    line.leave(0.001)
    assert line._running == 0


async def test_waiting_has_an_end() -> None:
    line = Line(places=1, longest_wait_s=0.01)
    await line.enter()
    with pytest.raises(Unavailable):
        await line.enter()
    line.leave(0.001)
    assert line._running == 0
