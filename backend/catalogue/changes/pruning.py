"""Pruning the change log in the background: one worker at a time, a few thousand entries at once."""

import asyncio
from contextlib import AbstractAsyncContextManager

import asyncpg
import structlog

from catalogue.background import beside
from catalogue.changes import queries
from catalogue.db.failures import CONNECTION_FAILURES
from catalogue.db.urls import driver_url

PRUNE_EVERY_S = 60.0
_PAUSE_S = 0.1


class ChangePruner:
    """Deletes changes older than `kept_hours` while `running()` lasts."""

    def __init__(self, database_url: str, *, kept_hours: int) -> None:
        self._database_url = driver_url(database_url)
        self._kept_hours = kept_hours
        self._log = structlog.get_logger("catalogue.changes")

    def running(self) -> AbstractAsyncContextManager[None]:
        """Prune in the background as long as the context lasts."""
        return beside(self._run)

    async def prune(self) -> int:
        """Delete all that is too old; returns how many entries went."""
        gone = 0
        connection = await asyncpg.connect(
            self._database_url,
            timeout=5,
            command_timeout=60,
            server_settings={"application_name": "catalogue-prune"},
        )
        try:
            while pruned := await queries.prune(connection, kept_hours=self._kept_hours):
                gone += pruned
                await asyncio.sleep(_PAUSE_S)
        finally:
            connection.terminate()
        return gone

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_EVERY_S)
            try:
                await self.prune()
            except (asyncpg.PostgresError, *CONNECTION_FAILURES) as error:
                self._log.warning("change log not pruned", reason=type(error).__name__)
