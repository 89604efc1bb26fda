"""Ctrl-C and its relatives: the first one asks for an orderly stop, the next one for a quick one."""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PARENT_CHECK_SECONDS = 0.25


class StopRequested(BaseException):
    """Somebody asked the program to stop. It is not an Exception, so that no handler of errors swallows it."""


class StopSignals:
    """While entered, the first signal raises StopRequested in the main thread and later ones call `hurry`.

    A hangup that the caller has chosen to ignore (nohup) stays ignored.
    """

    def __init__(self) -> None:
        self._hurry: list[Callable[[], None]] = []
        self._stopping = False
        self._previous: dict[signal.Signals, signal.Handlers | Callable[..., object] | int | None] = {}

    def on_hurry(self, action: Callable[[], None]) -> None:
        self._hurry.append(action)

    def begin_stop(self) -> None:
        """From here on a signal means hurry."""
        self._stopping = True

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            raise StopRequested
        for action in reversed(self._hurry):
            action()


def stop_with_parent() -> None:
    """Send this process SIGTERM when the process that started it is gone."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True, name="parent watch").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
