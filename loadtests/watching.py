"""What a run does to the server: its memory and its connections to PostgreSQL, second by second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread

import psutil

_INTERVAL_S = 1.0


@dataclass(slots=True)
class Watched:
    """One entry a second: resident bytes and open connections of the server and its workers."""

    memory_bytes: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    @property
    def memory_growth(self) -> float:
        """How much larger the last quarter is than the second, by medians; 1 is flat."""
        return _growth(self.memory_bytes)

    @property
    def connection_growth(self) -> float:
        return _growth(self.connections)


@contextmanager
def watching(process_id: int) -> Iterator[Watched]:
    """Watch a process and its children as long as the context lasts."""
    watched, stop = Watched(), Event()

    def watch() -> None:
        while not stop.wait(_INTERVAL_S):
            _look(process_id, watched)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join()


def _look(process_id: int, watched: Watched) -> None:
    try:
        process = psutil.Process(process_id)
        family = [process, *process.children(recursive=True)]
        watched.memory_bytes.append(sum(member.memory_info().rss for member in family))
        watched.connections.append(sum(len(member.net_connections("unix")) for member in family))
    except psutil.NoSuchProcess:
        return


def _growth(series: list[int]) -> float:
    quarter = len(series) // 4
    if not quarter:
        return 1.0
    earlier, later = median(series[quarter : 2 * quarter]), median(series[-quarter:])
    return later / earlier if earlier else 1.0
