"""How far the seeding is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class SeedProgress(Protocol):
    """Told again and again how much of a stage (`products`, `order indexes`…) is done."""

    def report(self, stage: str, *, done: int, total: int) -> None: ...


class SilentProgress:
    def report(self, stage: str, *, done: int, total: int) -> None:
        """Say nothing."""


class LineProgress:
    """A line on stderr when a stage begins to move and when it is complete."""

    def __init__(self) -> None:
        self._begun: set[str] = set()

    def report(self, stage: str, *, done: int, total: int) -> None:
        if done >= total:
            self._say(f"{stage}: {total:,} done")
        elif stage not in self._begun:
            self._begun.add(stage)
            self._say(f"{stage}: {total:,} to do")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the command's own output


class BarProgress:
    """One bar a stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._stages: dict[str, TaskID] = {}

    def report(self, stage: str, *, done: int, total: int) -> None:
        if stage not in self._stages:
            self._stages[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._stages[stage], completed=done, total=total)


@contextmanager
def shown_progress() -> Iterator[SeedProgress]:
    """Progress for whoever looks at stderr: bars on a terminal, lines in a file or a pipe."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LineProgress()
        return
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield BarProgress(bars)
