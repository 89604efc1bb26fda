"""Work that goes on beside something else for as long as that lasts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]
CANCELLED_AGAIN_AFTER_S = 1.0


@asynccontextmanager
async def beside(work: Work) -> AsyncIterator[None]:
    """Do `work` beside what the context does; at its end the work is cancelled and waited for.

    An `asyncio.TaskGroup` would wait for work that has no end, and let its failure end what it only stands beside.
    Raises, at the end, what the work raised.
    """
    task = asyncio.create_task(work())
    try:
        yield
    finally:
        await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, more than once if need be.

    `asyncio.wait_for` of Python 3.11, and what is built on it, swallows a cancellation that comes in the moment in which
    what it waits for does. Work that has no end would then go on, and the program that waits for it could only be killed.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=CANCELLED_AGAIN_AFTER_S)
    with suppress(asyncio.CancelledError):
        task.result()
