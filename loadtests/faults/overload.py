"""Three times what the server can bear, for a minute: what is answered, how soon, and how soon it is over.

What it can bear is looked for first, with more and more clients that ask one request after the other, and with rates
above what that finds. Were it found too low, the flood would be smaller than it is called, so its goodput counts, too.

The servers and this client have processors of their own, in all phases.

What is normal is told by the same mix at half of the capacity, directly before the flood and for half as long: a host that
slows its guests down for a tenth of a second now and then has done so a dozen times by then. The search has filled the
cache meanwhile, so all phases find it full.
"""

import random
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from loadtests.faults.asked import Asked, percentile
from loadtests.faults.asking import ask_at, ask_steadily, urgent
from loadtests.faults.asking_client import Address
from loadtests.faults.place import API, Place
from loadtests.writing.report import Finding, at_least, at_most

NORMAL = 0.5
TIMES = 3
_OFFERED = TIMES * 1.05
_WARM_S, _STEP_S, _NORMAL_S, _CALM_S = 5, 4, 30, 10
_CONNECTIONS = (2, 4, 8, 16, 32)
_RATES = (0.9, 1.1, 1.4)


class _Phases(NamedTuple):
    capacity: float
    normal: Asked
    flood: Asked
    after: Asked


async def overload(place: Place, *, seconds: int) -> Sequence[Finding]:
    """Reads that no cache knows; an open loop, so refused clients do not slow the others down."""
    with urgent():
        phases = await _phases(place.port, _unknown_pages(), seconds=seconds)
    return _findings(phases, seconds=seconds)


def _unknown_pages() -> Address:
    """Pages that are dear, and no two of them alike."""
    dice, numbers = random.Random(1), count()

    def address(_: int) -> str:
        low = f"{dice.randrange(1, 100)}.{next(numbers):07}"
        return f"{API}/products?min_price={low}&sort=-rating&limit=20&facets=category&count=none"

    return address


async def _phases(port: int, address: Address, *, seconds: int) -> _Phases:
    await ask_steadily(port, address, connections=_CONNECTIONS[-1], seconds=_WARM_S)
    found = await _most(port, address)
    usual = found * NORMAL
    normal = await ask_at(port, address, per_second=usual, seconds=_NORMAL_S)
    flood = await ask_at(port, address, per_second=found * _OFFERED, seconds=seconds)
    await ask_at(port, address, per_second=usual, seconds=_CALM_S)
    after = await ask_at(port, address, per_second=usual, seconds=_NORMAL_S)
    return _Phases(max(found, flood.goodput), normal, flood, after)


async def _most(port: int, address: Address) -> float:
    """The most answers a second that any number of clients, or any rate, gets out of the server."""
    found = 0.0
    for connections in _CONNECTIONS:
        step = await ask_steadily(port, address, connections=connections, seconds=_STEP_S)
        found = max(found, step.goodput)
    for rate in [found * part for part in _RATES]:
        step = await ask_at(port, address, per_second=rate, seconds=_STEP_S)
        found = max(found, step.goodput)
    return found


def _findings(phases: _Phases, *, seconds: int) -> Sequence[Finding]:
    name = f"{TIMES} x capacity for {seconds} s"
    peak, normal, flood, after = phases
    usual_ms, after_ms = (percentile(phase.times(200), 99) for phase in (normal, after))
    others = flood.total - flood.count(200, 503)
    return [
        at_least(name, "capacity, requests/s", peak, 0),
        at_least(name, "offered, of capacity", flood.offered / peak, TIMES),
        at_least(name, "goodput of capacity", flood.goodput / peak, 0.9),
        at_least(name, f"normal p99, at {NORMAL:.0%} of capacity directly before, ms", usual_ms, 0),
        at_most(name, "p99 of those admitted, of that", percentile(flood.times(200), 99) / usual_ms, 3),
        at_most(name, "p99 of refusals, ms", percentile(flood.times(503), 99), 50),
        at_least(name, "the client's own delay meanwhile, p99, ms", percentile(flood.late, 99), 0),
        at_most(name, "neither answered nor refused", others, 0),
        at_most(name, "refused 10 s after", after.total - after.count(200), 0),
        at_most(name, "p99 10 s after, of normal", after_ms / usual_ms, 1.5),
    ]
