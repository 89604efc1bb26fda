"""The text of `/metrics`: writing it out takes tens of milliseconds, so a thread does, once for all who ask at a time."""

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic

from catalogue.edge.metrics import exposition

REMEMBERED_S = 1.0
"""Who asks often makes no work."""


class Exposing:
    """The exposition of one worker."""

    def __init__(self) -> None:
        self._made_at = float("-inf")
        self._making: asyncio.Future[bytes] | None = None

    async def text(self, looks: Iterable[Callable[[], None]]) -> bytes:
        """All metrics as they were at most `REMEMBERED_S` ago; `looks` bring them up to date."""
        if self._making is None or self._made_at < monotonic() - REMEMBERED_S:
            self._made_at = monotonic()
            for look in looks:
                look()
            self._making = asyncio.ensure_future(asyncio.to_thread(exposition))
        return await asyncio.shield(self._making)
