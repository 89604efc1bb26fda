"""Totals that never delay a page.

`auto` takes what the page itself proves (its end is the end of the list), else the planner's estimate, which
costs no look at the rows. `exact` counts, within a budget; a count that does not finish is given as an
estimate and says so.
"""

from dataclasses import dataclass
from typing import Literal

import orjson
from cachetools import TTLCache

from catalogue.db.reading import ReadSession
from catalogue.errors import Unavailable
from catalogue.listing.building import count_statement, probe_statement
from catalogue.listing.cursor import filters_digest
from catalogue.listing.request import ListRequest

ESTIMATE_LIFETIME_S = 30
MAX_ESTIMATES = 10_000


@dataclass(frozen=True, slots=True)
class Total:
    """`value` is None when no total was wanted."""

    value: int | None
    precision: Literal["exact", "estimate"]


class Totals:
    """Totals of one process; remembers the planner's estimates for a short while."""

    def __init__(self, reader: ReadSession, *, budget_ms: int) -> None:
        self._reader = reader
        self._budget_ms = budget_ms
        self._estimates: TTLCache[str, int] = TTLCache(MAX_ESTIMATES, ESTIMATE_LIFETIME_S)

    async def total(self, request: ListRequest, *, proven: int | None, at_least: int) -> Total:
        """The total of a list.

        `proven` is the exact total where the page showed it, `at_least` how many rows it showed to exist.
        """
        if request.count == "none":
            return Total(None, "exact")
        if proven is not None:
            return Total(proven, "exact")
        if request.count == "exact" and (counted := await self._counted(request)) is not None:
            return Total(counted, "exact")
        return Total(max(await self._estimated(request), at_least), "estimate")

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
