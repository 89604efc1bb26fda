"""What a run does to the machine: memory and connections of the server, and who uses the processors, second by second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread

import psutil

_INTERVAL_S = 1.0
NEARLY_ALL = 0.85
"""A load generator that uses more of its one processor than this measures itself."""


@dataclass(slots=True)
class Watched:
    """One entry a second: resident bytes and open connections of the server and its workers; processors in use.

    `generator`, `server` and `machine` are in processors: 1 is one of them, busy all the time.
    """

    memory_bytes: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    generator: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    machine: list[float] = field(default_factory=list)

    @property
    def memory_growth(self) -> float:
        """How much larger the last quarter is than the second, by medians; 1 is flat."""
        return _growth(self.memory_bytes)

    @property
    def connection_growth(self) -> float:
        return _growth(self.connections)

    def processors(self) -> str:
        """Who used the processors in the last quarter of the run, by medians."""
        generator, server, machine = map(_lately, (self.generator, self.server, self.machine))
        rest = max(machine - generator - server, 0.0)
        told = (
            f"Processors in use at the end: load generator {generator:.2f}, server {server:.2f},"
            f" PostgreSQL, Redis and others {rest:.2f}, of {psutil.cpu_count()}."
        )
        limit = " The load generator is the limit: latencies hold its own waits."
        return told + (limit if generator > NEARLY_ALL else "")


@contextmanager
def watching(*, server: int | None, generator: int) -> Iterator[Watched]:
    """Watch two processes and their children, by their ids, as long as the context lasts; None: a server out of reach."""
    watched, stop = Watched(), Event()

    def watch() -> None:
        psutil.cpu_percent()
        used = (_used_s(server), _used_s(generator))
        while not stop.wait(_INTERVAL_S):
            before, used = used, (_used_s(server), _used_s(generator))
            watched.server.append(max(used[0] - before[0], 0.0) / _INTERVAL_S)
            watched.generator.append(max(used[1] - before[1], 0.0) / _INTERVAL_S)
            watched.machine.append(psutil.cpu_percent() / 100 * (psutil.cpu_count() or 1))
            if server is not None:
                _look(server, watched)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join()


def _look(process_id: int, watched: Watched) -> None:
    try:
        family = _family(process_id)
        watched.memory_bytes.append(sum(member.memory_info().rss for member in family))
        watched.connections.append(sum(len(member.net_connections("unix")) for member in family))
    except psutil.NoSuchProcess:
        return


def _used_s(process_id: int | None) -> float:
    if process_id is None:
        return 0.0
    try:
        times = [member.cpu_times() for member in _family(process_id)]
    except psutil.NoSuchProcess:
        return 0.0
    return float(sum(time.user + time.system for time in times))


def _family(process_id: int) -> list[psutil.Process]:
    process = psutil.Process(process_id)
    return [process, *process.children(recursive=True)]


def _lately(series: list[float]) -> float:
    return median(series[-(len(series) // 4 or 1) :]) if series else 0.0


def _growth(series: list[int]) -> float:
    quarter = len(series) // 4
    if not quarter:
        return 1.0
    earlier, later = median(series[quarter : 2 * quarter]), median(series[-quarter:])
    return later / earlier if earlier else 1.0
