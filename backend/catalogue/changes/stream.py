"""`GET /changes`: the log as server-sent events, each client at its own pace.

Nothing is queued for a client. It has a position; what follows it comes from the feed's recent changes or, when
it is further behind, from the log, and the next batch is read when the last one has been taken.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

import orjson
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from catalogue.changes import metrics
from catalogue.changes.change import Change
from catalogue.changes.feed import ChangeFeed
from catalogue.changes.matching import ChangeMatcher
from catalogue.changes.reading import ChangeLog
from catalogue.changes.request import StreamRequest
from catalogue.errors import TooManyRequests, Unavailable

BATCH = 500
HEARTBEAT_S = 15.0
RETRY_AFTER_S = 5
_LEAST_OF_CLIENT = 10


class ChangeStreams:
    """The streams of one worker: at most `max_clients`, a fifth of them (or ten) for one client, all ended by `stop()`."""

    def __init__(self, feed: ChangeFeed, log: ChangeLog, *, max_clients: int) -> None:
        self._feed = feed
        self._log = log
        self._max_clients = max_clients
        self._stopping = asyncio.Event()
        self._of_client: Counter[str] = Counter()
        self._most_of_client = max(_LEAST_OF_CLIENT, max_clients // 5)
        self.clients = 0

    def stop(self) -> None:
        """End every stream at its next event; no new ones are taken."""
        self._stopping.set()
        self._feed.wake_waiters()

    async def open(self, asked: StreamRequest, *, client: str = "") -> AsyncIterator[bytes]:
        """Start a stream.

        Raises Unavailable when there are too many or the log cannot be read, TooManyRequests when the client has too
        many.
        """
        if self._stopping.is_set() or self.clients >= self._max_clients:
            raise Unavailable("no more clients can follow the changes now", retry_after_s=RETRY_AFTER_S)
        if self._of_client[client] >= self._most_of_client:
            raise TooManyRequests("you follow the changes too often already", retry_after_s=RETRY_AFTER_S)
        oldest, newest = await self._log.ends()
        since = newest if asked.since is None else asked.since
        lost = since > newest or since < oldest - 1
        first = _reset(newest) if lost else KEEPALIVE_COMMENT
        return self._events(asked, newest if lost else since, first=first, client=client)

    async def _events(
        self, asked: StreamRequest, position: int, *, first: bytes, client: str
    ) -> AsyncIterator[bytes]:
        self.clients += 1
        self._of_client[client] += 1
        metrics.CLIENTS.inc()
        matcher = ChangeMatcher(asked.filters, self._log.reader) if asked.filters is not None else None
        try:
            yield first
            while not self._stopping.is_set():
                changes, lost = await self._next(position)
                if lost:
                    position = await self._newest()
                    yield _reset(position)
                elif changes:
                    position = changes[-1].position
                    wanted = [change for change in changes if asked.dataset in {None, change.dataset}]
                    if matched := await matcher.matching(wanted) if matcher and wanted else wanted:
                        yield b"".join(map(_event, matched))
                elif not await self._advanced(position):
                    yield _place(position)
        except Unavailable:
            # The status has gone out: the end of the stream makes the client come again from where it was.
            return
        finally:
            self.clients -= 1
            self._of_client[client] -= 1
            self._of_client += Counter()  # those who have none are forgotten
            metrics.CLIENTS.dec()

    async def _next(self, position: int) -> tuple[list[Change], bool]:
        """What follows `position`, and whether changes after it may be gone."""
        if position > self._feed.position:
            _, newest = await self._log.ends()
            return [], position > newest
        recent = self._feed.recent.after(position, limit=BATCH)
        return (recent, False) if recent is not None else await self._log.after(position, limit=BATCH)

    async def _newest(self) -> int:
        _, newest = await self._log.ends()
        return newest

    async def _advanced(self, position: int) -> bool:
        """Wait for the feed to pass `position`; False when it is time for a heartbeat."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                while self._feed.position <= position and not self._stopping.is_set():
                    await self._feed.advanced()
                return True
        return False


def _event(change: Change) -> bytes:
    body = {
        "position": change.position,
        "dataset": change.dataset,
        "operation": change.operation,
        "ids": change.ids,
        "changed_at": change.changed_at,
    }
    data = orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()
    return format_sse_event(data_str=data, id=str(change.position))


def _place(position: int) -> bytes:
    """A heartbeat that moves Last-Event-ID on, past changes that did not match."""
    return KEEPALIVE_COMMENT + format_sse_event(id=str(position))


def _reset(position: int) -> bytes:
    data = orjson.dumps({"position": position}).decode()
    return format_sse_event(event="reset", data_str=data, id=str(position))
