"""What callers, limits and their headers cost a hit in memory: the API against itself with the gate left out."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from catalogue.app import create_app
from loadtests.benchmarks.answers import require_page
from loadtests.benchmarks.contestants import (
    APPLICATION,
    CHOSEN_SERVER,
    Contestant,
    running,
    wait_until_at_rest,
)
from loadtests.benchmarks.entrants import asked
from loadtests.benchmarks.hit import ADDRESS
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import take_turns
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.keys import SHOWN

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

GOAL = 0.85
_UNGATED = Contestant("the API without its gate", CHOSEN_SERVER, "loadtests.benchmarks.gate:ungated")
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)


def ungated() -> "ASGIApp":
    """The API; hits of its cache leave without anybody being asked who they are, and nothing is counted."""
    app = create_app()

    async def application(scope: "Scope", receive: "Receive", send: "Send") -> None:
        express = app.cache_layer
        behind = app if express is None or scope["type"] != "http" else express.layer
        await behind(scope, receive, send)

    return application


def compare_gate(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """The API without its gate is the measure."""
    with ExitStack() as stack:
        bare, api = (stack.enter_context(running(each, environment)) for each in (_UNGATED, _API))
        for contestant in (bare, api):
            require_page(contestant, ADDRESS)
            wait_until_at_rest(contestant)
        known = replace(api, headers=SHOWN)
        entrants = [
            asked(bare, ADDRESS, settings),
            asked(api, ADDRESS, settings, name="the API, who shows nothing", goal=GOAL),
            asked(known, ADDRESS, settings, name="the API, with a key"),
        ]
        yield Comparison("gate", take_turns(entrants, settings))
