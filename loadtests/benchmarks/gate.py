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
    from starlette.types import Receive, Scope, Send

    from catalogue.edge.cache_layer import Messages

GOAL = 0.85
_UNGATED = Contestant("the API without its gate", CHOSEN_SERVER, "loadtests.benchmarks.gate:Ungated")
_API = Contestant("the API", CHOSEN_SERVER, APPLICATION)


class Ungated:
    """The API; hits of its cache leave without anybody being asked who they are, and nothing is counted."""

    def __init__(self) -> None:
        self._app = create_app()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        express = self._app.cache_layer
        behind = self._app if express is None or scope["type"] != "http" else express.layer
        await behind(scope, receive, send)

    def settled_answer(self, scope: "Scope") -> "Messages | None":
        """As the API's own, which its server asks first."""
        express = self._app.cache_layer
        return None if express is None else express.layer.local_hit(scope, settled=True)


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
