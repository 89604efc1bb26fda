"""Work that goes on beside something else for as long as that lasts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]


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
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
