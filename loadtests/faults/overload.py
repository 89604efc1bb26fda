"""Three times what the server can bear, for a minute: what is answered, how soon, and how soon it is over."""

import random
from collections.abc import Sequence

from loadtests.faults.asking import Asked, ask_at, ask_steadily, percentile
from loadtests.faults.place import API, Place
from loadtests.writing.report import Finding, at_least, at_most

NORMAL = 0.5
TIMES = 3
_PEAK_S, _NORMAL_S, _CALM_S = 10, 10, 10
_CONNECTIONS = 12


async def overload(place: Place, *, seconds: int) -> Sequence[Finding]:
    """Reads that no cache knows; an open loop, so refused clients do not slow the others down."""
    dice = random.Random(1)

    def address(_: int) -> str:
        low = dice.randrange(1, 100_000)
        return f"{API}/products?min_price={low / 1000:.3f}&sort=-rating&limit=20&facets=category&count=none"

    port = place.port
    await ask_steadily(port, address, connections=_CONNECTIONS, seconds=3)
    steady = await ask_steadily(port, address, connections=_CONNECTIONS, seconds=_PEAK_S)
    peak = steady.count(200) / steady.seconds
    normal = await ask_at(port, address, per_second=peak * NORMAL, seconds=_NORMAL_S)
    flood = await ask_at(port, address, per_second=peak * TIMES, seconds=seconds)
    await ask_at(port, address, per_second=peak * NORMAL, seconds=_CALM_S)
    after = await ask_at(port, address, per_second=peak * NORMAL, seconds=_NORMAL_S)
    return _findings(peak, normal, flood, after, seconds=seconds)


def _findings(peak: float, normal: Asked, flood: Asked, after: Asked, *, seconds: int) -> Sequence[Finding]:
    name = f"{TIMES} x capacity for {seconds} s"
    usual_ms = percentile(normal.times(200), 99)
    goodput = flood.count(200) / flood.seconds
    others = flood.total - flood.count(200, 503)
    return [
        at_least(name, "capacity, requests/s", peak, 0),
        at_least(name, "offered, requests/s", flood.total / flood.seconds, TIMES * peak * 0.95),
        at_least(name, "goodput of capacity", goodput / peak, 0.9),
        at_least(name, f"p99 at {NORMAL:.0%} of capacity, ms", usual_ms, 0),
        at_most(name, "p99 of those admitted, of that", percentile(flood.times(200), 99) / usual_ms, 3),
        at_most(name, "p99 of refusals, ms", percentile(flood.times(503), 99), 50),
        at_most(name, "neither answered nor refused", others, 0),
        at_most(name, "refused 10 s after", after.total - after.count(200), 0),
        at_most(name, "p99 10 s after, of normal", percentile(after.times(200), 99) / usual_ms, 1.5),
    ]
