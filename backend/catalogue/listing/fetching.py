"""The rows of a page, from a statement of one of the shapes in `building`, with the facets that were asked for."""

from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from catalogue.db.reading import ReadSession
from catalogue.listing.building import page_statement
from catalogue.listing.facets_reading import FacetAnswer, FacetReader
from catalogue.listing.keyset import position_values
from catalogue.listing.list_request import ListRequest
from catalogue.listing.route import Placement, Route


@dataclass(frozen=True, slots=True)
class Found:
    """`rows` are a page's at most, in the order of the list; `more` tells of others beyond them.

    `epoch` is the table's (None where no row tells it). `exact` is False where the rows are only near the row number
    that was asked for. `total` is how many rows the list has, where finding these told it.
    """

    rows: list[asyncpg.Record]
    more: bool
    epoch: str | None
    facets: FacetAnswer | None
    exact: bool = True
    total: int | None = None


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows for one worker. Raises Unavailable when PostgreSQL cannot answer."""

    reader: ReadSession
    facets: FacetReader

    async def read(
        self,
        request: ListRequest,
        placement: Placement,
        bound: dict[str, object] | None = None,
        *,
        reverse: bool = False,
    ) -> Found:
        """The rows at a placement; `reverse` reads them backwards, and `more` are then those before."""
        answer = await self._read(request, placement, bound or {}, reverse=reverse)
        rows = answer.rows[: request.limit]
        if reverse:
            rows.reverse()
        return Found(rows, len(answer.rows) > request.limit, answer.epoch, answer.facets)

    async def along(self, request: ListRequest, route: Route) -> Found:
        """The rows at the end of a route. One that comes from below a page knows beforehand whether there are more below."""
        bound = {**position_values(route.keys), "offset": route.skip}
        answer = await self._read(request, route.placement, bound, reverse=route.backward)
        rows = answer.rows[: route.rows]
        if route.backward:
            rows.reverse()
        more = (route.rows if route.backward else len(rows)) > request.limit
        return Found(rows[: request.limit], more, answer.epoch, answer.facets)

    async def _read(
        self, request: ListRequest, placement: Placement, bound: dict[str, object], *, reverse: bool
    ) -> "_Answer":
        statement = page_statement(request, placement, reverse=reverse)
        values, facets = {**request.bound_values, **bound}, None
        if request.facets:
            answered, facets = await self.facets.read(request, statement, values)
        else:
            answered = await self.reader.rows(statement, values)
        has_epoch = answered and request.collection.epoch is not None
        epoch = str(answered[0]["epoch"]) if has_epoch else None
        return _Answer(list(answered), epoch, facets)


class _Answer(NamedTuple):
    """What PostgreSQL answered: one row more than the page where there are more."""

    rows: list[asyncpg.Record]
    epoch: str | None
    facets: FacetAnswer | None
