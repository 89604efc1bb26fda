"""Totals that never delay a page.

Exact without a look at the rows: what the page itself proves (its end is the end of the list), what the cells count,
and a list index that is fresh. Else `auto` takes an estimate and says so; `exact` counts, within a budget, and a
count that does not finish is given as an estimate too.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import orjson
from cachetools import TTLCache

from catalogue.db.reading import ReadSession
from catalogue.errors import Unavailable
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.counting import count_statement, probe_statement
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.list_index import STRIDE
from catalogue.listing.list_request import ListRequest

ESTIMATE_LIFETIME_S = 30
MAX_ESTIMATES = 10_000
WORTH_AN_INDEX = 4 * STRIDE
"""A list that is known to be shorter is walked as fast as it is looked up."""


@dataclass(frozen=True, slots=True)
class Total:
    """`value` is None when no total was wanted."""

    value: int | None
    precision: Literal["exact", "estimate"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a page shows of the total: all of it or a lower bound, and the table's epoch when it was read."""

    exact: int | None
    at_least: int
    epoch: str | None


class Totals:
    """Totals of one process; remembers the planner's estimates for a short while."""

    def __init__(
        self, reader: ReadSession, indexes: ListIndexes, counts: CellCounts, *, budget_ms: int
    ) -> None:
        self._reader = reader
        self._indexes = indexes
        self._counts = counts
        self._budget_ms = budget_ms
        self._estimates: TTLCache[str, int] = TTLCache(MAX_ESTIMATES, ESTIMATE_LIFETIME_S)

    async def total(self, request: ListRequest, proof: Proof) -> Total:
        """The total of the list that a page was read from."""
        if request.count == "none":
            return Total(None, "exact")
        known = proof.exact
        if known is None:
            with suppress(Unavailable):
                known = await self._counts.total(request, proof.epoch)
        if known is not None and known < WORTH_AN_INDEX:
            return Total(known, "exact")
        index, fresh = self._indexes.current(request, proof.epoch)
        if known is not None:
            return Total(known, "exact")
        if index is not None and fresh:
            return Total(index.total, "exact")
        if request.count == "exact" and (counted := await self._counted(request)) is not None:
            return Total(counted, "exact")
        estimate = await self.expected(request) if index is None else index.total
        return Total(max(estimate, proof.at_least), "estimate")

    async def expected(self, request: ListRequest) -> int:
        """About how many rows a list has: by the newest cells of this worker, else as PostgreSQL's planner expects."""
        known = self._counts.latest_total(request)
        return await self._estimated(request) if known is None else known

    async def _counted(self, request: ListRequest) -> int | None:
        statement = count_statement(request)
        try:
            row = await self._reader.row_within(statement, request.bound_values, budget_ms=self._budget_ms)
        except Unavailable:
            return None
        return None if row is None else int(row[0])

    async def _estimated(self, request: ListRequest) -> int:
        digest = request.filters_digest
        if (known := self._estimates.get(digest)) is not None:
            return known
        row = await self._reader.row(probe_statement(request), request.bound_values)
        estimate = 0 if row is None else int(orjson.loads(row[0])[0]["Plan"]["Plan Rows"])
        self._estimates[digest] = estimate
        return estimate
