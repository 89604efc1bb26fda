"""Old idempotency keys go, in the background, by one worker at a time."""

import asyncio
from contextlib import AbstractAsyncContextManager

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from catalogue.background import beside
from catalogue.db.writing import Writer
from catalogue.errors import CatalogueError
from catalogue.writing.queries import PRUNE_KEYS, PRUNE_LOCK

LOOK_EVERY_S = 600.0


class KeyPruner:
    """Deletes keys that are older than `kept_hours`, some thousands at a time."""

    def __init__(self, writer: Writer, *, kept_hours: int) -> None:
        self._writer = writer
        self._kept_hours = kept_hours
        self._log = structlog.get_logger("catalogue.idempotency")

    def running(self) -> AbstractAsyncContextManager[None]:
        """Prune now and then as long as the context lasts."""
        return beside(self._run)

    async def prune(self) -> int:
        """Delete everything that is too old; returns how many keys went. Raises Unavailable."""
        pruned = 0
        while deleted := await self._writer.transaction(self._prune_some):
            pruned += deleted
        return pruned

    async def _run(self) -> None:
        while True:
            try:
                if pruned := await self.prune():
                    self._log.info("old idempotency keys deleted", keys=pruned)
            except CatalogueError as error:
                self._log.warning("idempotency keys not pruned", reason=error.code)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _prune_some(self, connection: AsyncConnection) -> int:
        if not (await connection.execute(PRUNE_LOCK)).scalar_one():
            return 0
        return (await connection.execute(PRUNE_KEYS, {"hours": self._kept_hours})).rowcount
