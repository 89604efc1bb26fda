"""Hits, and refusals under too much load, answered in the server's own thread, before the event loop hears of them.

granian reads and writes in a thread of its own and hands each request to the event loop: a wake-up, a task and two turns
of the loop, which cost more than a hit itself, and a hit waits there behind whatever the loop is busy with. What is
settled, which takes a few look-ups, is answered where the request arrives.

There is no public way to hook in there. Where granian is not built as expected, everything goes through the loop.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from granian import _futures

Answers = Callable[[MutableMapping[str, Any]], tuple[Any, Any] | None]
"""The start and the body of an answer to a scope, or None."""

_MAKE_SCHEDULE = "_cbsched_aioschedule"
"""granian's function that makes the function that it calls with each request."""


def answer_settled(answers: Answers) -> bool:
    """Ask `answers` before each request of the worker that starts in this process; False where that cannot be."""
    make_schedule = getattr(_futures, _MAKE_SCHEDULE, None)
    if make_schedule is None:
        structlog.get_logger("catalogue.running").warning("hits go through the event loop: unknown granian")
        return False

    def make_schedule_asking(*arguments: Any) -> Callable[[Any], None]:
        return _asking_first(answers, make_schedule(*arguments))

    setattr(_futures, _MAKE_SCHEDULE, make_schedule_asking)
    return True


def _asking_first(answers: Answers, schedule: Callable[[Any], None]) -> Callable[[Any], None]:
    def answer_or_schedule(watcher: Any) -> None:
        try:
            messages = answers(watcher.scope)
        except Exception:  # noqa: BLE001 - the long way tells what is wrong
            messages = None
        if messages is None:
            schedule(watcher)
            return
        send = watcher.proto.send
        send(messages[0])
        send(messages[1])
        watcher.done()

    return answer_or_schedule
