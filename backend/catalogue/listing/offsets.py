"""The rows at a row number: exactly those wherever that is quick, else those near it until the list index is there.

In this order: a list index that is fresh; the shortest walk from a landmark; a list index that a write made stale;
PostgreSQL's statistics of the sort keys; the walk from the first row (docs/decisions/0007-row-numbers.md).
"""

from dataclasses import dataclass, replace

from catalogue.errors import Unavailable
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.cells_view import CellView
from catalogue.listing.distributions import keys_at
from catalogue.listing.distributions_reading import Distributions
from catalogue.listing.facets import cell_restrictions
from catalogue.listing.fetching import Found, RowReader
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.keyset import position_values
from catalogue.listing.landmarks import Landmark, landmarks, shortest_route, table_share
from catalogue.listing.list_index import ListIndex
from catalogue.listing.list_request import ListRequest

SMALL_TABLE = 200_000
"""In a table of at most so many rows any row of a list is walked to: half of it at most, from the nearer end."""

SHORT_WALK = 15_000
"""So many entries of an index are walked about as fast as a page is read and answered."""

SHORT_SEARCH = 1_000
"""A walk through what a search found looks at each of these rows, not at entries of an index: fifteen times the time."""

_ATTEMPTS = 2


def is_long_walk(skip: int, table_rows: int | None) -> bool:
    """Whether to walk past `skip` rows of a table with so many (None: not known) takes longer than a page may."""
    return skip > SHORT_WALK and (table_rows is None or table_rows > SMALL_TABLE)


@dataclass(frozen=True, slots=True)
class OffsetReader:
    """Finds rows by number, for one worker. Raises Unavailable when PostgreSQL cannot answer."""

    rows: RowReader
    indexes: ListIndexes
    counts: CellCounts
    distributions: Distributions

    async def read(self, request: ListRequest) -> Found:
        """The page at the request's offset."""
        index = self.indexes.local(request)
        view = self._view(request)
        near = None
        if index is not None and not (view is not None and view.is_past(index.epoch)):
            near = await self._from_index(request, index)
            if near is not None and near.exact:
                return near
        if (found := await self._from_landmark(request)) is not None:
            return found
        if request.count != "exact" and self._is_far(request, index):
            if near is None and index is not None:
                near = await self._from_index(request, index)
            near = near or await self._by_statistics(request)
            if near is not None and near.rows:
                self.indexes.current(request, near.epoch)  # has it made, also where no total is wanted
                return replace(near, exact=False)
        return await self.rows.read(request, "offset", {"offset": request.offset})

    async def _from_index(self, request: ListRequest, index: ListIndex) -> Found | None:
        if (route := index.route(request)) is None:
            return None
        found = await self.rows.along(request, route)
        return replace(found, exact=index.epoch is not None and index.epoch == found.epoch)

    async def _from_landmark(self, request: ListRequest) -> Found | None:
        """None where cells cannot tell the list's filters apart, or the walk would be long."""
        for _ in range(_ATTEMPTS):
            view, marks = self._marks(request)
            if view is None:
                return None
            if marks[-1].rank > 0:
                route = shortest_route(request, marks)
                if request.count != "exact" and is_long_walk(route.skip, marks[-1].table_rank):
                    return None
                found = await self.rows.along(request, route)
                if found.epoch == view.epoch:
                    return replace(found, total=marks[-1].rank)
            await self._catch_up(request)
        return None

    async def _by_statistics(self, request: ListRequest) -> Found | None:
        _, marks = self._marks(request)
        if not marks or (request.offset or 0) >= marks[-1].rank:
            return None
        known = await self.distributions.of(request.collection)
        keys = keys_at(request.sort, known, table_share(request.offset or 0, marks))
        if keys is None:
            return None
        return await self.rows.read(request, "anchor", {**position_values(keys), "offset": 0})

    def _is_far(self, request: ListRequest, index: ListIndex | None) -> bool:
        """Whether the walk from the first row would be long."""
        if request.search is not None and index is not None:
            return index.total > SHORT_SEARCH
        view = self._view(request)
        counted = 0 if view is None else view.counter.total({})
        rows = max(counted, 0 if index is None else index.total)
        return is_long_walk(request.offset or 0, rows or None)

    def _view(self, request: ListRequest) -> CellView | None:
        tables = request.collection.summary
        return None if tables is None else self.counts.latest(tables)

    def _marks(self, request: ListRequest) -> tuple[CellView | None, list[Landmark]]:
        view = self._view(request)
        restrictions = cell_restrictions(request.collection.facets, request.filters)
        if view is None or restrictions is None:
            return None, []
        return view, landmarks(request, view, restrictions)

    async def _catch_up(self, request: ListRequest) -> None:
        """The table has changed: read what it holds now."""
        if request.collection.summary is not None:
            try:
                await self.counts.moment(request.collection.summary)
            except Unavailable:
                return
