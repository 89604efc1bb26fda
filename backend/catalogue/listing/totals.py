"""Totals that never delay a page.

`auto` takes what the page itself proves (its end is the end of the list), else the list index, else the planner's
estimate, which costs no look at the rows. `exact` counts, within a budget; a count that does not finish is given
as an estimate and says so.
"""

from dataclasses import dataclass
from typing import Literal

import orjson
from cachetools import TTLCache

from catalogue.db.reading import ReadSession
from catalogue.errors import Unavailable
from catalogue.listing.counting import count_statement, probe_statement
from catalogue.listing.cursor import filters_digest
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.request import ListRequest

ESTIMATE_LIFETIME_S = 30
MAX_ESTIMATES = 10_000


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

    def __init__(self, reader: ReadSession, indexes: ListIndexes, *, budget_ms: int) -> None:
        self._reader = reader
        self._indexes = indexes
        self._budget_ms = budget_ms
        self._estimates: TTLCache[str, int] = TTLCache(MAX_ESTIMATES, ESTIMATE_LIFETIME_S)

    async def total(self, request: ListRequest, proof: Proof) -> Total:
        """The total of the list that a page was read from."""
        if request.count == "none":
            return Total(None, "exact")
        if proof.exact is not None:
            return Total(proof.exact, "exact")
        index, fresh = self._indexes.current(request, proof.epoch)
        if index is not None and fresh:
            return Total(index.total, "exact")
        if request.count == "exact" and (counted := await self._counted(request)) is not None:
            return Total(counted, "exact")
        estimate = await self._estimated(request) if index is None else index.total
        return Total(max(estimate, proof.at_least), "estimate")

    async def _counted(self, request: ListRequest) -> int | None:
        statement = count_statement(request)
        try:
            row = await self._reader.row_within(statement, request.bound_values(), budget_ms=self._budget_ms)
        except Unavailable:
            return None
        return None if row is None else int(row[0])

    async def _estimated(self, request: ListRequest) -> int:
        digest = filters_digest(request)
        if (known := self._estimates.get(digest)) is not None:
            return known
        row = await self._reader.row(probe_statement(request), request.bound_values())
        estimate = 0 if row is None else int(orjson.loads(row[0])[0]["Plan"]["Plan Rows"])
        self._estimates[digest] = estimate
        return estimate
