"""The cells of one worker: loaded once, brought up to date by the statements that are answered beside them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

import asyncpg

from catalogue.db.reading import ReadSession
from catalogue.db.statements import Statement
from catalogue.errors import Unavailable
from catalogue.listing.cells import CellTables
from catalogue.listing.cells_statements import beside, load_statement, moment_statement
from catalogue.listing.cells_view import CellView
from catalogue.listing.facets import cell_restrictions
from catalogue.listing.list_request import ListRequest

Rows = Sequence[asyncpg.Record]
FOLD_WHEN_WAITING = 256
MAX_TOTALS = 300
_ATTEMPTS = 4


class CellCounts:
    """The newest view of each summary that this worker has seen."""

    def __init__(self, reader: ReadSession) -> None:
        self._reader = reader
        self._views: dict[str, CellView] = {}
        self._loading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.many_waiting = asyncio.Event()

    def latest(self, tables: CellTables) -> CellView | None:
        """The newest view, which later writes may have outdated; None when none was read yet."""
        return self._views.get(tables.collection)

    async def load(self, tables: CellTables) -> None:
        """Read the cells before the first request needs them. Raises Unavailable."""
        await self.moment(tables)

    async def moment(self, tables: CellTables) -> CellView | None:
        """The cells as they are now; None when the summary was never filled or is too fine."""
        _, view = await self.beside(tables, Statement("SELECT", (), {}), {})
        return view

    async def total(self, request: ListRequest, epoch: str | None) -> int | None:
        """How many rows of a list there were at an epoch, or are now where it is None.

        None where cells cannot tell its filters apart, or the table has changed since. Raises Unavailable.
        """
        tables = request.collection.summary
        if tables is None:
            return None
        view = self.latest(tables)
        if view is None or view.epoch != epoch:
            if cell_restrictions(request.collection.facets, request.filters) is None:
                return None
            view = await self.moment(tables)
        if view is None or epoch not in {None, view.epoch}:
            return None
        return _total(view, request)

    def latest_total(self, request: ListRequest) -> int | None:
        """How many rows of a list the newest view counts; None where it cannot tell."""
        tables = request.collection.summary
        view = None if tables is None else self.latest(tables)
        return None if view is None else _total(view, request)

    async def beside(
        self, tables: CellTables, statement: Statement, values: Mapping[str, object]
    ) -> tuple[Rows, CellView | None]:
        """The rows of a statement, and the cells in the same snapshot.

        Without cells the statement is not run. Raises Unavailable when PostgreSQL cannot answer.
        """
        view = self.latest(tables) or await self._loaded(tables, instead_of=None)
        for _ in range(_ATTEMPTS):
            if view is None:
                return [], None
            known: dict[str, object] = {"known_version": view.base_version, "known_waiting": view.waiting}
            answered = await self._reader.rows(
                beside(statement, moment_statement(tables)), {**values, **known}
            )
            rows, moment = split_beside(answered)
            if moment is None:
                self._views.pop(tables.collection, None)
                return [], None
            if (current := view.advanced(moment)) is not None:
                self._keep(current)
                return rows, current
            view = await self._loaded(tables, instead_of=view)
        raise Unavailable("the counts change faster than they can be read")

    async def _loaded(self, tables: CellTables, *, instead_of: CellView | None) -> CellView | None:
        async with self._loading[tables.collection]:
            current = self.latest(tables)
            if current is not None and (instead_of is None or current.is_later_than(instead_of)):
                return current
            self._views.pop(tables.collection, None)
            if (packed := await self._reader.row(load_statement(tables))) is None:
                return None
            view = CellView.loaded(tables, tuple(packed))
            await asyncio.to_thread(view.counter.cube.prepare)
            self._keep(view)
            return view

    def _keep(self, view: CellView) -> None:
        held = self._views.get(view.tables.collection)
        if held is None or view.is_later_than(held):
            self._views[view.tables.collection] = view
        if view.waiting >= FOLD_WHEN_WAITING:
            self.many_waiting.set()


def _total(view: CellView, request: ListRequest) -> int | None:
    """Added up once for each view and set of filters."""
    filters = tuple(request.filters.items())
    if (known := view.totals.get(filters)) is not None:
        return known
    restrictions = cell_restrictions(request.collection.facets, request.filters)
    if restrictions is None:
        return None
    if len(view.totals) >= MAX_TOTALS:
        view.totals.clear()
    total = view.totals[filters] = view.counter.total(restrictions)
    return total


def split_beside(answered: Sequence[asyncpg.Record]) -> tuple[Rows, str | None]:
    """Take the companion's answer off the rows; an empty page has none."""
    first = answered[0]
    companion: str | None = first["beside"]
    is_empty = len(answered) == 1 and all(value is None for value in tuple(first)[:-1])
    return [] if is_empty else answered, companion
