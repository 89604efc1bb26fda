"""A small TCP proxy in front of a server, which misbehaves when it is told to."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit

from loadtests.ports import LOOPBACK

_PIECE_BYTES = 65_536


class Mode(Enum):
    """What becomes of the bytes that the server sends back."""

    PASS = "pass"  # noqa: S105 - no password
    DROP = "drop"
    RESET = "reset"
    LIE = "lie"


class Proxy:
    """Passes connections on to `target`, a UNIX socket. Runs in a thread with an event loop of its own.

    `mode` and `delay_s` (before each piece of the server's answers) may be set at any time.
    """

    def __init__(self, target: str) -> None:
        self.mode = Mode.PASS
        self.delay_s = 0.0
        self.port = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()

    def cut(self) -> None:
        """Break every connection off, as a firewall or a crash does."""
        self._loop.call_soon_threadsafe(self._cut)

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run, daemon=True, name="proxy")
        thread.start()
        self._ready.wait()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._cut()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _cut(self) -> None:
        for writer in tuple(self._writers):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Mode.RESET:
            _reset(writer)
            return
        try:
            there, back = await asyncio.open_unix_connection(self._target)
        except OSError:
            _reset(writer)
            return
        self._writers |= {writer, back}
        try:
            asking = asyncio.create_task(_pass_on(reader, back))
            await self._answer(there, writer)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        finally:
            self._writers -= {writer, back}
            for one in (writer, back):
                one.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if self.mode is Mode.RESET:
                    _reset(writer)
                    return
                if self.mode is not Mode.DROP:
                    writer.write(_lie(piece) if self.mode is Mode.LIE else piece)
                    await writer.drain()


@contextmanager
def proxied_redis(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a Redis on a UNIX socket, and the address behind which it stands."""
    proxy = Proxy(urlsplit(url).path)
    with proxy.running():
        yield proxy, f"redis://{LOOPBACK}:{proxy.port}/0"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.transport.abort()


def _lie(piece: bytes) -> bytes:
    """What is not of the protocol stays; every letter and digit inside becomes another."""
    head, separator, rest = piece.partition(b"\r\n")
    return head + separator + rest.translate(_OTHERS)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


_OTHERS = bytes((byte ^ 1) if 0x40 <= byte < 0x7F else byte for byte in range(256))
