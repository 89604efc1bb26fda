"""One pipelined connection to Redis for the hot path: a command costs its bytes, a future and a place in a queue.

hiredis packs and parses; commands of one turn of the event loop leave in one write; one timer watches over all that
is under way. What is rare (scripts, subscriptions) goes through redis-py.
"""

import asyncio
import ssl
from collections import deque
from time import monotonic
from typing import Any, cast

import hiredis
from redis.asyncio.connection import parse_url

Command = tuple[bytes | int, ...]
_WRONG_TYPE = "WRONGTYPE"
"""What stands under a name is no text, so it is none of ours; Redis itself is well. The error is then the reply."""


class RedisLinkError(Exception):
    """Redis cannot be reached, does not answer in time or answers with an error."""


class RedisLink:
    """Connects when it is first used and again when it was lost. Not to be shared between event loops."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        self._options = cast("dict[str, Any]", parse_url(url))
        self._secure = url.startswith("rediss://")
        self._timeout_s = timeout_s
        self._wire: _Wire | None = None
        self._connecting: asyncio.Task[_Wire] | None = None

    async def call(self, *command: bytes | int) -> Any:
        """The reply to one command. Raises RedisLinkError."""
        wire = self._wire
        if wire is None or wire.lost:
            wire = await self._connected()
        return await wire.send(command)

    def tell(self, *command: bytes | int) -> bool:
        """Send a command and leave its reply alone; False when there is no connection."""
        if self._wire is None or self._wire.lost:
            return False
        self._wire.send(command).add_done_callback(_ignore)
        return True

    async def close(self) -> None:
        """Drop the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._wire is not None:
            self._wire.drop("closed")

    async def _connected(self) -> "_Wire":
        """All who need a connection wait for the same one."""
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
        return await asyncio.shield(self._connecting)

    async def _connect(self) -> "_Wire":
        try:
            async with asyncio.timeout(self._timeout_s):
                wire = await self._open()
                for command in self._greeting():
                    await wire.send(command)
        except (OSError, TimeoutError) as error:
            raise RedisLinkError(type(error).__name__) from error
        self._wire = wire
        return wire

    async def _open(self) -> "_Wire":
        loop = asyncio.get_running_loop()
        options = self._options
        if "path" in options:
            _, wire = await loop.create_unix_connection(self._new_wire, options["path"])
            return wire
        host, port = options.get("host", "localhost"), options.get("port", 6379)
        context = ssl.create_default_context(cafile=options.get("ssl_ca_certs")) if self._secure else None
        if context is not None and options.get("ssl_cert_reqs") == "none":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, wire = await loop.create_connection(self._new_wire, host, port, ssl=context)
        return wire

    def _new_wire(self) -> "_Wire":
        return _Wire(self._timeout_s)

    def _greeting(self) -> list[Command]:
        commands: list[Command] = []
        if password := self._options.get("password"):
            user = self._options.get("username")
            names = (user, password) if user else (password,)
            commands.append((b"AUTH", *(name.encode() for name in names)))
        if database := self._options.get("db"):
            commands.append((b"SELECT", database))
        return commands


class _Wire(asyncio.Protocol):
    """One connection: replies come in the order of the commands."""

    def __init__(self, timeout_s: float) -> None:
        self.lost = False
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._sent_at: deque[float] = deque()
        self._unsent: list[bytes] = []
        self._watching = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, command: Command) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = self._loop.create_future()
        if self.lost:
            future.set_exception(RedisLinkError("lost"))
            return future
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(hiredis.pack_command(cast("tuple[bytes]", command)))
        self._waiting.append(future)
        if not self._watching:
            self._watching = True
            self._loop.call_later(self._timeout_s, self._watch)
        return future

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                self._settle(reply)
        except hiredis.ProtocolError:
            self.drop("not Redis")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.drop("connection lost")

    def drop(self, reason: str) -> None:
        """Fail everything that is under way; the connection is of no more use."""
        self.lost = True
        self._transport.abort()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(RedisLinkError(reason))

    def _flush(self) -> None:
        data, self._unsent = b"".join(self._unsent), []
        if not self.lost:
            self._sent_at.extend([monotonic()] * (len(self._waiting) - len(self._sent_at)))
            self._transport.write(data)

    def _settle(self, reply: object) -> None:
        if not self._sent_at:
            self.drop("a reply to nothing")
            return
        future = self._waiting.popleft()
        self._sent_at.popleft()
        if future.done():
            return
        if isinstance(reply, Exception) and not str(reply).startswith(_WRONG_TYPE):
            future.set_exception(RedisLinkError(str(reply)))
        else:
            future.set_result(reply)

    def _watch(self) -> None:
        """The oldest command decides: what is behind it waits for it."""
        if self.lost or not self._waiting:
            self._watching = False
            return
        now = monotonic()
        left_s = (self._sent_at[0] if self._sent_at else now) + self._timeout_s - now
        if left_s <= 0:
            # A loop that was held up may run its timers before it reads what came meanwhile: by its next turn but one
            # it has read.
            self._loop.call_soon(self._loop.call_soon, self._give_up_on, self._waiting[0])
        else:
            self._loop.call_later(left_s, self._watch)

    def _give_up_on(self, future: asyncio.Future[Any]) -> None:
        if self._waiting and self._waiting[0] is future:
            self.drop("no answer in time")
        self._watch()


def _ignore(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
