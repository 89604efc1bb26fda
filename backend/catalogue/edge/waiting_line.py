"""Places for requests of one kind, and a short line for those that find none.

The line follows CoDel's idea: a burst may make it long for a moment, but a line that has not been empty for a while
is no burst, and then only so many may wait as are served within a few thousandths of a second. Whoever would wait
longer is refused at once, because an answer that comes too late helps nobody and costs as much.

Now and then the limit lets only one run for a moment, to learn. Whoever comes just then waits for its end: refused are
those who would be so without it.

Between the door, where a refusal is cheap, and the line lies some way (Redis is asked, for one). Whoever is on it counts
as if they stood in the line: of those who come at the same moment all would see the same free place.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from catalogue.edge.adaptive_limit import LONGEST_PROBE_S, AdaptiveLimit
from catalogue.errors import Unavailable

BURST_S = 0.5
STANDING_WAIT_S = 0.004
"""How long one may expect to wait in a line that has not been empty for `BURST_S`."""

_SMOOTHING = 0.1
_PATIENCE = 1.5
"""An expectation may be wrong by so much before whoever waits is refused after all."""

_LEAST_PATIENCE_S = 0.05
"""Whoever has come so far has cost something already."""


class _Arrival:
    """Of somebody on the way from the door to the line."""

    __slots__ = ("_line",)

    def __init__(self, line: "WaitingLine") -> None:
        self._line: WaitingLine | None = line
        line.coming += 1

    def note(self) -> None:
        """They are there, or will never be."""
        if self._line is not None:
            self._line.coming -= 1
            self._line = None


_arrival: ContextVar[_Arrival | None] = ContextVar("arrival", default=None)


class WaitingLine:
    """`limit` places; a newcomer may expect to wait `longest_wait_s` in a burst."""

    def __init__(self, limit: AdaptiveLimit, *, longest_wait_s: float, patient: bool = False) -> None:
        self.limit = limit
        self.coming = 0
        self.running = 0
        self.refused = 0
        self._longest_wait_s = longest_wait_s
        self._patient = patient
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._usual_s = 0.005
        self._refused_at = float("-inf")
        self._empty_at = monotonic()
        self._calm = asyncio.Event()
        self._calm.set()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def expected_wait_s(self) -> float:
        """How long a newcomer to the line would wait."""
        return len(self._waiting) / self._places() * self._usual_s

    def is_full(self) -> bool:
        """Whether a newcomer to the line would be refused."""
        return self.running >= self.limit.value and self.expected_wait_s > self._allowed_s()

    def lets_come(self) -> bool:
        """Whether somebody at the door may come in."""
        places = self._places()
        beyond = self.coming + self.running + len(self._waiting) - places
        if beyond < 0:
            return True
        allowed_s = self._longest_wait_s
        if self._is_pressed():
            allowed_s = min(STANDING_WAIT_S, allowed_s)
        return beyond / places * self._usual_s <= allowed_s

    @contextmanager
    def on_the_way(self) -> Iterator[None]:
        """Somebody was let in at the door; they may come into the line in here, in this task or in one that it starts."""
        arrival = _Arrival(self)
        token = _arrival.set(arrival)
        try:
            yield
        finally:
            _arrival.reset(token)
            arrival.note()

    def refuse(self) -> None:
        """Note that somebody was told to come back later."""
        self.refused += 1
        self._refused_at = monotonic()

    async def enter(self) -> int:
        """Wait for a place; returns how many run then. Raises Unavailable, at once where it would take too long."""
        if (arrival := _arrival.get()) is not None:
            arrival.note()
        if self.running < self.limit.value and not self._waiting:
            return self._take()
        allowed_s = self._allowed_s()
        if self.expected_wait_s > allowed_s:
            self.refuse()
            raise Unavailable("too many requests are waiting already")
        probe_s = LONGEST_PROBE_S if self.limit.is_probing and not self._is_pressed() else 0.0
        await self._wait(max(allowed_s * _PATIENCE, _LEAST_PATIENCE_S) + probe_s)
        return self.running

    def leave(self, seconds: float) -> None:
        """Give the place back after so long; whoever waits longest gets it, unless there are fewer now."""
        self._usual_s += _SMOOTHING * (seconds - self._usual_s)
        self.running -= 1
        while self._waiting and self.running < self.limit.value:
            turn = self._waiting.popleft()
            if not turn.done():
                self._take()
                turn.set_result(None)
        if not self._waiting:
            self._empty_at = monotonic()
            if self.running * 2 <= self.limit.value:
                self._calm.set()

    async def calm(self, *, within_s: float) -> bool:
        """Wait until at most half of the places are taken; False when that does not come in time."""
        try:
            async with asyncio.timeout(within_s):
                await self._calm.wait()
        except TimeoutError:
            return False
        return True

    async def _wait(self, seconds: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._empty_at = monotonic()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                self.refuse()
                raise Unavailable("no place became free in time") from None
            raise

    def _take(self) -> int:
        self.running += 1
        if self.running * 2 > self.limit.value:
            self._calm.clear()
        return self.running

    def _allowed_s(self) -> float:
        if self._patient or not self._is_standing():
            return self._longest_wait_s
        return min(STANDING_WAIT_S, self._longest_wait_s)

    def _places(self) -> int:
        """What waits are reckoned by. A crowd that is refused people anyway is not let grow by a probe."""
        return self.limit.value if self._is_pressed() else self.limit.settled

    def _is_pressed(self) -> bool:
        return monotonic() - self._refused_at < BURST_S or self._is_standing()

    def _is_standing(self) -> bool:
        return bool(self._waiting) and monotonic() - self._empty_at >= BURST_S

    def _give_up(self, turn: "asyncio.Future[None]") -> None:
        if turn.done() and not turn.cancelled():
            self.leave(self._usual_s)
        elif turn in self._waiting:
            self._waiting.remove(turn)
