"""Facets of a page, read in the page's own statement: from the cells where they can tell, else from the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import asyncpg
import orjson
import structlog
from cachetools import TTLCache

from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement
from catalogue.errors import CatalogueError, Unavailable
from catalogue.listing.cells_reading import CellCounts, split_beside
from catalogue.listing.cells_statements import beside
from catalogue.listing.cells_view import CellView
from catalogue.listing.counting import probe_statement
from catalogue.listing.declaration import Collection
from catalogue.listing.facets import Facet, FacetValue, cell_restrictions
from catalogue.listing.facets_labels import Labels
from catalogue.listing.facets_matching import (
    MAX_MATCHES,
    SAMPLED_PAGES,
    SMALLEST_SAMPLE,
    MatchCounts,
    common_request,
    match_counts,
    matching_statement,
)
from catalogue.listing.list_request import ListRequest
from catalogue.listing.shown import RowIds

Rows = Sequence[asyncpg.Record]
Values = Mapping[str, object]
BUDGET_MS = 250
"""The longest that counting all matching rows may take, with the page; past it a sample is taken."""

REMEMBERED_S = 60
MAX_REMEMBERED = 10_000
LIKELY_MATCHES = 4 * MAX_MATCHES
"""Where the planner expects more matching rows than this, a sample is taken at once."""

NOTHING_COUNTED = "[1,[],null]"


@dataclass(frozen=True, slots=True)
class FacetAnswer:
    """`total` is the exact number of matching rows, where the counts tell it, and `counted` the rows that were counted one by one."""

    values: Mapping[str, list[FacetValue]]
    precision: Literal["exact", "estimate"]
    total: int | None
    counted: RowIds | None = None


class FacetReader:
    """Reads pages with their facets, for one worker."""

    def __init__(self, reader: ReadSession, counts: CellCounts, *, budget_ms: int = BUDGET_MS) -> None:
        self._reader = reader
        self.counts = counts
        self.labels = Labels(reader)
        self._budget_ms = budget_ms
        self._matches: TTLCache[str, int] = TTLCache(MAX_REMEMBERED, REMEMBERED_S)

    async def load(self, collections: Iterable[Collection]) -> None:
        """Read cells and labels before the first request needs them; what cannot be read now is read then."""
        try:
            for collection in collections:
                if collection.summary is not None:
                    await self.counts.load(collection.summary)
                for facet in collection.facets:
                    await self.labels.of(facet, ())
        except CatalogueError as error:
            structlog.get_logger("catalogue.facets").warning("not read ahead", reason=error.detail)

    async def read(
        self, request: ListRequest, statement: Statement, values: Values
    ) -> tuple[Rows, FacetAnswer]:
        """The rows of a page's statement and the facets that were asked for, of one moment.

        Raises Unavailable when PostgreSQL cannot answer.
        """
        collection = request.collection
        restrictions = cell_restrictions(collection.facets, request.filters)
        if restrictions is not None and collection.summary is not None:
            rows, view = await self.counts.beside(collection.summary, statement, values)
            if view is not None:
                return rows, await self._from_cells(request, view, restrictions)
        return await self._from_rows(request, statement, values)

    async def _from_cells(
        self, request: ListRequest, view: CellView, restrictions: Mapping[str, Sequence[object]]
    ) -> FacetAnswer:
        shown = {}
        for name in request.facets:
            facet = request.collection.facet_by_name[name]
            others = {key: allowed for key, allowed in restrictions.items() if key != facet.dimension}
            counted = view.counter.count_by(facet.dimension, others)
            shown[name] = await self._shown(request, facet, counted)
        return FacetAnswer(shown, "exact", view.counter.total(restrictions))

    async def _from_rows(
        self, request: ListRequest, statement: Statement, values: Values
    ) -> tuple[Rows, FacetAnswer]:
        digest = common_request(request).filters_digest
        expected = await self._expected(request, digest)
        if expected <= LIKELY_MATCHES:
            companion = matching_statement(request, sampled=False)
            try:
                answered = await self._rows_within_budget(beside(statement, companion), values)
            except Unavailable:
                self._matches[digest] = LIKELY_MATCHES + 1
            else:
                rows, counts = split_beside(answered)
                found = match_counts(request, counts or NOTHING_COUNTED)
                if found.looked_at <= MAX_MATCHES:
                    scaled = await self._scaled(request, found)
                    return rows, FacetAnswer(scaled, "exact", found.total, RowIds(found.ids))
                self._matches[digest] = LIKELY_MATCHES + 1
        bound = {**values, "sampled_pages": self._sample_size(request, expected)}
        answered = await self._reader.rows(
            beside(statement, matching_statement(request, sampled=True)), bound
        )
        rows, counts = split_beside(answered)
        found = match_counts(request, counts or NOTHING_COUNTED)
        return rows, FacetAnswer(await self._scaled(request, found), "estimate", None)

    async def _rows_within_budget(self, statement: Statement, values: Values) -> Rows:
        async with self._reader.connection() as connection:
            rows: Rows = await connection.fetch(
                statement.sql, *statement.arguments(values), timeout=self._budget_ms / 1000
            )
            return rows

    async def _scaled(self, request: ListRequest, found: MatchCounts) -> dict[str, list[FacetValue]]:
        shown = {}
        for name, counted in found.by_facet.items():
            facet = request.collection.facet_by_name[name]
            scaled = {value: round(count * found.scale) for value, count in counted.items()}
            shown[name] = await self._shown(request, facet, scaled)
        return shown

    async def _shown(
        self, request: ListRequest, facet: Facet, counted: Mapping[object, int]
    ) -> list[FacetValue]:
        labels = await self.labels.of(facet, counted)
        return facet.shown(counted, request.filters, labels.get)

    async def _expected(self, request: ListRequest, digest: str) -> int:
        """How many rows the planner expects to match, or more than likely where that was seen to be wrong."""
        known = self._matches.get(digest)
        if known is None:
            common = common_request(request)
            row = await self._reader.row(probe_statement(common), common.bound_values)
            known = 0 if row is None else int(orjson.loads(row[0])[0]["Plan"]["Plan Rows"])
            self._matches[digest] = known
        return known

    def _sample_size(self, request: ListRequest, expected: int) -> int:
        """How many pages to look at: fewer where most rows match."""
        tables = request.collection.summary
        view = None if tables is None else self.counts.latest(tables)
        share = 0.0 if view is None else expected / max(view.counter.total({}), 1)
        return round(SAMPLED_PAGES * SMALLEST_SAMPLE / min(max(share, SMALLEST_SAMPLE), 1.0))
