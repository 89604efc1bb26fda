"""A processor for the client and the others for the servers.

A flood costs its client as much as the server. Where both share the processors, a client that asks for three times as
much takes from the server what it is to be measured by.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def apart(*, wanted: bool) -> Iterator[Callable[[], None]]:
    """What is started in here runs on all processors but one; this program moves to that one when it calls what it is given.

    Where there is only one, or it may not be chosen, everything stays as it is.
    """
    if (
        not wanted
        or not hasattr(os, "sched_setaffinity")
        or len(ours := sorted(os.sched_getaffinity(0))) == 1
    ):
        yield lambda: None
        return
    os.sched_setaffinity(0, ours[:-1])
    try:
        yield lambda: os.sched_setaffinity(0, ours[-1:])
    finally:
        os.sched_setaffinity(0, ours)
