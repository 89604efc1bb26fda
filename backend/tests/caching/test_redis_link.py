"""The connection to Redis: whose silence is Redis' own, and whose is that of a busy program."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvloop

from catalogue.caching.redis_link import RedisLink, RedisLinkError
from catalogue.embedded import EmbeddedRedis

TIMEOUT_S = 0.5


def test_program_that_was_held_up_reads_what_came_meanwhile(redis_url: str) -> None:
    """uvloop is what serves; there a timer that is due comes before the sockets, once a callback of one took long."""

    async def ask_while_held_up() -> list[object]:
        link = RedisLink(redis_url, timeout_s=TIMEOUT_S)
        await link.call(b"PING")
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)

        def hold_up() -> None:
            theirs.recv(1)
            time.sleep(TIMEOUT_S * 1.5)

        asyncio.get_running_loop().add_reader(theirs, hold_up)
        answers: list[object] = []
        for _ in range(3):
            asked = asyncio.ensure_future(link.call(b"PING"))
            await asyncio.sleep(0)
            ours.send(b"x")
            answers.append(await asked)
        asyncio.get_running_loop().remove_reader(theirs)
        ours.close()
        theirs.close()
        await link.close()
        return answers

    assert uvloop.run(ask_while_held_up()) == [b"PONG"] * 3


def test_redis_that_is_silent_is_given_up_in_time() -> None:
    async def ask_frozen(redis: EmbeddedRedis) -> float:
        link = RedisLink(redis.url, timeout_s=TIMEOUT_S)
        await link.call(b"PING")
        assert redis.pid is not None
        os.kill(redis.pid, signal.SIGSTOP)
        started = time.monotonic()
        try:
            with pytest.raises(RedisLinkError, match="no answer in time"):
                await link.call(b"PING")
            return time.monotonic() - started
        finally:
            os.kill(redis.pid, signal.SIGCONT)
            await link.close()

    with TemporaryDirectory() as folder, EmbeddedRedis(Path(folder) / "redis") as redis:
        assert uvloop.run(ask_frozen(redis)) >= TIMEOUT_S
