"""The queue's hold on PostgreSQL."""

import asyncio
from collections.abc import Callable

from pgqueuer.db import AsyncpgPoolDriver

from catalogue.db.pools import Pool


class ListeningDriver(AsyncpgPoolDriver):
    """Notifies only once it listens: the queue's first look at its own health would else often miss the echo."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: Callable[[str | bytes | bytearray], None]) -> None:
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        await self._listening.wait()
        await super().notify(channel, payload)
