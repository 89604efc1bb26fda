"""`python -m loadtests.gate_cost`: what callers and limits cost on a hit of the cache, inside the process.

The same settled hit, asked with and without the gate in front of the cache, by turns; the median of the rounds counts,
in time of the process's own work, so what else the machine does has no part in it. A server's own work for a request,
which is not in these figures, makes the share that a client sees smaller: `python -m loadtests.benchmarks hit`.
"""

import asyncio
import os
from functools import partial
from statistics import median
from time import thread_time
from typing import TYPE_CHECKING, Any

from catalogue.app import create_app
from loadtests.databases import seeded_databases
from loadtests.keys import ADMIN_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Scope

    from catalogue.edge.cache_layer import Messages

ROUNDS = 60
REQUESTS = 500
ATTEMPTS = 5
SETTLING_S = 15
"""The program compiles statements ahead when it has just started."""

_PATH = "/api/v1/products"
_QUERY = b"sort=price"


def main() -> None:
    with seeded_databases(products=1_000, orders=0) as environment:
        os.environ.update(environment)
        asyncio.run(_measure())


async def _measure() -> None:
    app = create_app()
    async with app.router.lifespan_context(app):
        express = app.cache_layer
        if express is None:
            raise SystemExit("the cache is switched off")
        await asyncio.sleep(SETTLING_S)
        for name, key in (("nobody", ""), ("a key", ADMIN_KEY)):
            for _ in range(2):
                await app(_scope(key), _receive, _send)
            with_gate, without = [], []
            for _ in range(ROUNDS):
                without.append(await _microseconds(app, partial(express.layer.local_hit, settled=True), key))
                with_gate.append(await _microseconds(app, express.settled_answer, key))
            behind, through = median(without), median(with_gate)
            print(
                f"{name}: a hit takes {behind:.1f} µs behind the gate, {through:.1f} µs through it"
                f" (+{through - behind:.1f} µs)"
            )


async def _microseconds(app: "ASGIApp", answers: "Callable[[Scope], Messages | None]", key: str) -> float:
    """A round in which the limit's share ran out is no round: the next request takes another share."""
    scope = _scope(key)
    for _ in range(ATTEMPTS):
        await app(_scope(key), _receive, _send)
        started = thread_time()
        answered = [answers(scope) is not None for _ in range(REQUESTS)]
        seconds = thread_time() - started
        if all(answered):
            return seconds / REQUESTS * 1e6
    raise SystemExit("that is no settled hit")


def _scope(key: str) -> dict[str, Any]:
    headers = [(b"host", b"catalogue"), (b"accept-encoding", b"gzip, br"), (b"user-agent", b"measuring")]
    if key:
        headers.append((b"x-api-key", key.encode()))
    return {
        "type": "http",
        "method": "GET",
        "path": _PATH,
        "query_string": _QUERY,
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "state": {},
    }


async def _receive() -> "Message":
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: "Message") -> None:
    if message["type"] == "http.response.start" and message["status"] != 200:
        raise SystemExit(f"answered {message['status']}")


if __name__ == "__main__":
    main()
