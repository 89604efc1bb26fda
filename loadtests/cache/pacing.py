"""A steady flow of requests: each has its time, however long those before it take."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic

from loadtests.cache.connections import Answer, Connection

Ask = Callable[[Connection, int], Awaitable[Answer]]
"""Sends the request of a number on a connection."""

Note = Callable[[int, Answer, float], None]
"""Hears of each answer: the request's number, the answer, and the seconds since the request was due."""


async def paced(
    connections: Sequence[Connection], ask: Ask, note: Note, *, per_s: float, until: Callable[[], bool]
) -> None:
    """Ask by turns on all connections, `per_s` times a second together, until told to stop."""
    started = monotonic()

    async def on(connection: Connection, place: int) -> None:
        number = place
        while not until():
            due = started + number / per_s
            if (early_s := due - monotonic()) > 0:
                await asyncio.sleep(early_s)
            answer = await ask(connection, number)
            note(number, answer, monotonic() - due)
            number += len(connections)

    await asyncio.gather(*(on(connection, place) for place, connection in enumerate(connections)))


@asynccontextmanager
async def flow(
    connections: Sequence[Connection], ask: Ask, note: Note, *, per_s: float
) -> AsyncIterator[None]:
    """The same, beside whatever is done in the context."""
    stopped = asyncio.Event()
    running = asyncio.create_task(paced(connections, ask, note, per_s=per_s, until=stopped.is_set))
    try:
        yield
    finally:
        stopped.set()
        await running


def asking(path: Callable[[int], str]) -> Ask:
    """Plain GETs; `path` is that of a number."""

    async def ask(connection: Connection, number: int) -> Answer:
        return await connection.ask(path(number))

    return ask
