"""How the limit of requests at a time finds its place."""

from collections.abc import Callable

import pytest

from catalogue.edge import adaptive_limit
from catalogue.edge.adaptive_limit import AdaptiveLimit
from tests.edge.conftest import Clock


def busy(limit: AdaptiveLimit, clock: Clock, *, seconds: Callable[[int], float], windows: int) -> None:
    """So many windows in which as many run as may, each taking as long as `seconds` says for so many."""
    for _ in range(windows):
        clock.now += adaptive_limit.WINDOW_S
        for _ in range(adaptive_limit.FEWEST):
            limit.note(seconds(limit.value), at_a_time=limit.value)


def test_limit_shrinks_until_waiting_is_little_and_grows_again_when_there_is_more_capacity(
    clock: Clock,
) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.004, at_a_time=1)
    busy(limit, clock, seconds=lambda running: running / 500, windows=100)
    assert 5 <= limit.value <= 12, "500 requests a second need few at a time"
    busy(limit, clock, seconds=lambda running: max(0.004, running / 5_000), windows=100)
    assert limit.value >= 35


def test_limit_of_an_idle_worker_does_not_grow(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.004, at_a_time=1)
    busy(limit, clock, seconds=lambda running: running / 500, windows=100)
    found = limit.value
    rest(limit, clock, windows=100)
    assert limit.value <= found + 1, "what was left of the last busy window may still count"


def test_limit_that_nobody_comes_near_comes_down(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.004, at_a_time=1)
    busy(limit, clock, seconds=lambda _: 0.004, windows=100)
    assert limit.value == 40
    rest(limit, clock, windows=300)
    assert limit.value == 8


def rest(limit: AdaptiveLimit, clock: Clock, *, windows: int) -> None:
    """So many windows in which one runs at a time."""
    for _ in range(windows):
        clock.now += adaptive_limit.WINDOW_S
        for _ in range(adaptive_limit.FEWEST):
            limit.note(0.004, at_a_time=1)


def test_crowd_that_stays_is_not_taken_for_what_is_usual(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.008, at_a_time=1)
    busy(limit, clock, seconds=lambda running: max(0.008, running / 250), windows=600)
    assert limit.usual_s == pytest.approx(0.008)
    assert limit.value <= 8


def test_database_that_has_become_slower_for_good_is_believed_in_the_end(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.002, at_a_time=1)
    values = []
    for _ in range(500):
        busy(limit, clock, seconds=lambda _: 0.02, windows=1)
        values.append(limit.value)
    assert values.count(1) in range(1, 10), "one at a time is let run for a moment to find out"
    assert values[-1] == 40, "it is no faster with fewer"


def test_worker_that_starts_in_a_crowd_finds_out_at_once_what_is_usual(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    busy(limit, clock, seconds=lambda running: max(0.008, running / 250), windows=20)
    assert limit.usual_s == pytest.approx(0.008)
    assert limit.value <= 8


def test_probe_that_learns_nothing_ends(clock: Clock) -> None:
    limit = AdaptiveLimit(least=4, most=40)
    limit.note(0.008, at_a_time=1)
    busy(limit, clock, seconds=lambda running: max(0.008, running / 250), windows=1)
    while limit.value > 1:
        clock.now += adaptive_limit.WINDOW_S
        for _ in range(adaptive_limit.FEWEST):
            limit.note(0.03, at_a_time=5)
    clock.now += adaptive_limit.LONGEST_PROBE_S + 0.1
    limit.note(0.03, at_a_time=5)
    assert limit.value >= 4


def test_limit_without_room_to_move_stays(clock: Clock) -> None:
    limit = AdaptiveLimit(least=40, most=40)
    busy(limit, clock, seconds=lambda _: 1.0, windows=300)
    assert limit.value == 40
