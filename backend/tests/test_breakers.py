"""Breakers: when they open, that one tries first, and that a client who leaves decides nothing; and the retry budget."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from catalogue.breakers import Breaker, BreakerOpen, Breakers
from catalogue.retrying import RetryBudget


def failing(breaker: Breaker, error: type[BaseException] = OSError) -> None:
    with pytest.raises(error), breaker:
        raise error


def open_one(pause_s: float) -> Breaker:
    breaker = Breakers().new("test", counted=OSError, failures=2, pause_s=pause_s)
    failing(breaker)
    assert breaker.closed
    failing(breaker)
    return breaker


def test_failures_in_a_row_open_it_and_calls_are_refused() -> None:
    breaker = open_one(pause_s=60)
    assert breaker.state == "open"
    with pytest.raises(BreakerOpen), breaker:
        pytest.fail("it was called")
    assert REGISTRY.get_sample_value("catalogue_breaker_open", {"breaker": "test"}) == 1


def test_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker("between", counted=OSError, failures=2)
    for _ in range(5):
        failing(breaker)
        with breaker:
            pass
    assert breaker.closed


def test_another_error_is_an_answer_and_a_cancelled_call_is_none() -> None:
    breaker = Breaker("others", counted=OSError, failures=2)
    failing(breaker)
    failing(breaker, asyncio.CancelledError)
    failing(breaker)
    assert breaker.state == "open", "what was cancelled says nothing"
    kind = Breaker("kinds", counted=OSError, failures=2)
    failing(kind)
    failing(kind, KeyError)
    failing(kind)
    assert kind.closed, "another error shows that somebody answers"


def test_after_the_pause_one_tries_and_the_others_are_still_refused() -> None:
    breaker = open_one(pause_s=0.001)
    while breaker.state == "open":
        pass
    with breaker, pytest.raises(BreakerOpen), breaker:
        pytest.fail("two tried")
    assert breaker.closed
    assert REGISTRY.get_sample_value("catalogue_breaker_open", {"breaker": "test"}) == 0


def test_trial_that_fails_opens_it_again_and_one_that_is_given_up_lets_the_next_try() -> None:
    breaker = open_one(pause_s=0.001)
    while breaker.state == "open":
        pass
    failing(breaker, asyncio.CancelledError)
    assert breaker.state == "half_open"
    failing(breaker)
    assert not breaker.closed


def test_retries_are_a_share_of_successes() -> None:
    budget = RetryBudget()
    assert [budget.spend() for _ in range(12)].count(True) == 9
    for _ in range(40):
        budget.succeeded()
    assert [budget.spend() for _ in range(12)].count(True) <= 4
