"""The read connections of a worker: lent without the pool's bookkeeping as long as nothing goes wrong.

asyncpg's pool makes a proxy, a task and two timers each time a connection is borrowed and given back, which is a
seventh of what a page costs here (docs/decisions/0011-miss-path.md). So a connection that did its work goes straight
to the next who waits, or onto a pile; the pool opens, resets and closes them, and takes back what met an error.
"""

import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    Pool = asyncpg.Pool[asyncpg.Record]
    Borrowed = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Turn = asyncio.Future[Borrowed | None]


class ReadConnections:
    """At most `size` connections of a pool that nobody else borrows from for long."""

    def __init__(self, pool: "Pool", *, size: int) -> None:
        self._pool = pool
        self.size = size
        self._held = 0
        self._idle: list[Borrowed] = []
        self._waiting: deque[Turn] = deque()
        self._returning: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> int:
        """How many are open and lent to nobody."""
        return len(self._idle)

    @property
    def used(self) -> int:
        """How many are lent."""
        return self._held - len(self._idle)

    async def take(self, *, wait_s: float) -> "Borrowed":
        """A connection that is open. Raises TimeoutError when none became free in time, and what connecting raises."""
        while self._idle:
            connection = self._idle.pop()
            if _is_open(connection):
                return connection
            await self.take_back(connection)
        if self._held < self.size:
            return await self._opened(wait_s)
        deadline = monotonic() + wait_s
        while (connection := await self._turn(deadline - monotonic())) is None:  # type: ignore[assignment]
            if self._held < self.size:
                return await self._opened(deadline - monotonic())
        return connection

    def give(self, connection: "Borrowed") -> None:
        """Hand on a connection that has answered and is in no transaction."""
        if not self._hand_over(connection):
            self._idle.append(connection)

    async def take_back(self, connection: "Borrowed") -> None:
        """Give a connection that met an error, or may have been changed, back to the pool."""
        self._held -= 1
        try:
            await self._pool.release(connection)
        finally:
            self._hand_over(None)

    def discard(self, connection: "Borrowed") -> None:
        """The same for a connection that met an error, with nobody waiting: PostgreSQL may be silent for long."""
        task = asyncio.create_task(self.take_back(connection))
        self._returning.add(task)
        task.add_done_callback(self._returned)

    @asynccontextmanager
    async def borrowed(self, *, wait_s: float) -> "AsyncIterator[Borrowed]":
        """A connection for more than one statement; the pool resets it afterwards. Raises as `take` does."""
        connection = await self.take(wait_s=wait_s)
        try:
            yield connection
        except BaseException:
            self.discard(connection)
            raise
        await self.take_back(connection)

    async def close(self) -> None:
        """Give what nobody uses back to the pool, which then can close."""
        await asyncio.gather(*self._returning, return_exceptions=True)
        while self._idle:
            await self.take_back(self._idle.pop())

    async def _opened(self, wait_s: float) -> "Borrowed":
        self._held += 1
        try:
            return await self._pool.acquire(timeout=wait_s)
        except BaseException:
            self._held -= 1
            self._hand_over(None)
            raise

    async def _turn(self, wait_s: float) -> "Borrowed | None":
        """The next connection that becomes free; None when there is room for another one. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(wait_s, _end, turn)
        try:
            return await turn
        except BaseException as left:
            came_too_late = isinstance(left, asyncio.CancelledError) and turn.done() and not turn.cancelled()
            if came_too_late and turn.exception() is None:
                connection = turn.result()
                if connection is None:
                    self._hand_over(None)
                else:
                    self.give(connection)
            with suppress(ValueError):
                self._waiting.remove(turn)
            raise
        finally:
            timer.cancel()

    def _returned(self, task: asyncio.Task[None]) -> None:
        self._returning.discard(task)
        if not task.cancelled():
            task.exception()  # the pool has dropped a connection that could not be reset

    def _hand_over(self, connection: "Borrowed | None") -> bool:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False


def _end(turn: "Turn") -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())


def _is_open(connection: "Borrowed") -> bool:
    """The pool takes back by itself what was lost; such a proxy answers nothing any more."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
