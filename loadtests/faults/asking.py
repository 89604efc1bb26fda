"""A client that asks at a given rate whether or not it is answered, as the world does (an open loop).

Times count from the moment a request was due, so a server that makes its clients wait cannot hide it. The client shares
the machine with the server, so it goes before others where it may, and notes how late it is itself.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from time import perf_counter

from loadtests.faults.asked import Asked
from loadtests.faults.asking_client import Address, AskingClient, Check

_BEAT_S = 0.005
_URGENT = -10


async def ask_at(  # noqa: PLR0913 - a load's parts, by name
    port: int,
    address: Address,
    *,
    per_second: float,
    seconds: float,
    head: str = "",
    check: Check | None = None,
) -> Asked:
    """Ask `address(n)` for n = 0, 1, 2 … at a steady rate. `check` says whether a body is right."""
    client = AskingClient(port, head, check)
    async with _noting_delays(client.asked):
        started = perf_counter()
        for number in range(int(per_second * seconds)):
            due_at = started + number / per_second
            if (early_s := due_at - perf_counter()) > 0:
                await asyncio.sleep(early_s)
            client.send(address(number), due_at)
            if number % 20 == 0:
                await asyncio.sleep(0)
        client.asked.seconds = perf_counter() - started
    await client.settled()
    return client.asked


async def ask_steadily(
    port: int, address: Address, *, connections: int, seconds: float, head: str = ""
) -> Asked:
    """Ask on so many connections, one request after the other on each: what the server can bear (a closed loop)."""
    client = AskingClient(port, head, None)
    started = perf_counter()
    numbers = iter(range(1 << 30))

    def again(_: object = None) -> None:
        if perf_counter() - started < seconds:
            client.send(address(next(numbers)), perf_counter())

    client.on_answer = again
    async with _noting_delays(client.asked):
        for _ in range(connections):
            again()
        await asyncio.sleep(seconds)
        client.asked.seconds = perf_counter() - started
    await client.settled()
    return client.asked


@contextmanager
def urgent() -> Iterator[bool]:
    """Run before what else wants the processor; False where this may not be."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, _URGENT)
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, usual)


@asynccontextmanager
async def _noting_delays(asked: Asked) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            due_at = perf_counter() + _BEAT_S
            await asyncio.sleep(_BEAT_S)
            asked.late.append(max(0.0, perf_counter() - due_at))

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        asked.late.sort()
