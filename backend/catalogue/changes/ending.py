"""Ending streams that have no end of their own when the server is about to stop.

A server waits for running requests before it lets the application know that it stops, so it has to say so earlier:
with a signal to its workers.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

STOP_SOON = signal.SIGUSR1


@contextmanager
def called_before_stop(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` when the server says that it will stop, and in any case when the context ends.

    Where signals cannot be had (outside the main thread) only the latter holds.
    """
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(STOP_SOON, end)
    try:
        yield
    finally:
        end()
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_signal_handler(STOP_SOON)
