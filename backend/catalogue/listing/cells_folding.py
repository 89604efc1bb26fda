"""Folding in the background: what statements appended goes into the cells before it grows long."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from catalogue.background import beside
from catalogue.db.failures import CONNECTION_FAILURES
from catalogue.listing.cells import CellTables
from catalogue.listing.cells_reading import FOLD_WHEN_WAITING, CellCounts

LOOK_EVERY_S = 5.0
PAUSE_S = 1.0
_FOLD = text("SELECT catalogue_fold_cells(:collection, :at_least)")


class CellFolder:
    """Folds when a reader saw many deltas waiting, and looks for itself now and then; one fold a second at most.

    Workers may all do it: a fold that finds another at work leaves it to that one.
    """

    def __init__(self, engine: AsyncEngine, counts: CellCounts, summaries: Sequence[CellTables]) -> None:
        self._engine = engine
        self._counts = counts
        self._summaries = summaries
        self._log = structlog.get_logger("catalogue.cells")

    def running(self) -> AbstractAsyncContextManager[None]:
        """Fold in the background as long as the context lasts."""
        return beside(self._run)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._counts.many_waiting.wait(), LOOK_EVERY_S)
            self._counts.many_waiting.clear()
            try:
                await self.fold()
            except (SQLAlchemyError, asyncpg.PostgresError, *CONNECTION_FAILURES) as error:
                self._log.warning("cells not folded", reason=type(error).__name__)
            await asyncio.sleep(PAUSE_S)

    async def fold(self, *, at_least: int = FOLD_WHEN_WAITING) -> int:
        """Fold every summary with as many deltas waiting; returns how many deltas went."""
        folded = 0
        async with self._engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            for tables in self._summaries:
                asked = {"collection": tables.collection, "at_least": at_least}
                if taken := (await autocommit.execute(_FOLD, asked)).scalar_one():
                    folded += taken
                    await autocommit.execute(
                        text(f"VACUUM (ANALYZE) {tables.deltas.name}, {tables.folds.name}")
                    )
        return folded
