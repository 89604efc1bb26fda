"""A page of a list: from a valid request to what the answer holds."""

import asyncio
import sys
from dataclasses import dataclass
from decimal import Decimal

import orjson

from catalogue.listing.cursor import Cursor, CursorCodec
from catalogue.listing.facets_reading import FacetAnswer
from catalogue.listing.fetching import Found, RowReader
from catalogue.listing.keyset import position_values
from catalogue.listing.list_request import ListRequest
from catalogue.listing.offsets import OffsetReader
from catalogue.listing.searching import Searches
from catalogue.listing.totals import Proof, Total, Totals

_HUGE = sys.float_info.max
WALK_BUDGET_S = 0.25
"""Words that many rows have, but that hardly meet in one row, are found faster by looking at all of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """`items` are JSON texts of the records with these `ids`; `offset` is the row number of the first, where it is known, or about so.

    `span` are the smallest and the largest value of what they are ordered by first, where that is a number. A row that was
    before the page and is so still, or after it, does not lie within.
    """

    items: list[str]
    total: Total
    offset: int | None
    next_cursor: str | None
    previous_cursor: str | None
    ids: list[int]
    span: tuple[float, float] | None = None
    facets: FacetAnswer | None = None
    offset_is_exact: bool = True
    corrected_q: str | None = None

    @property
    def is_provisional(self) -> bool:
        """Whether asking again will soon be answered better."""
        estimated = self.total.value is not None and self.total.precision == "estimate"
        return estimated or not self.offset_is_exact

    def body(self) -> bytes:
        """The contract's envelope."""
        described: dict[str, object] = {
            "total": self.total.value,
            "total_is": self.total.precision,
            "offset": self.offset,
            "next": self.next_cursor,
            "prev": self.previous_cursor,
        }
        if not self.offset_is_exact:
            described["offset_is"] = "estimate"
        if self.corrected_q is not None:
            described["corrected_q"] = self.corrected_q
        if self.facets is not None:
            described |= {"facets": self.facets.values, "facets_are": self.facets.precision}
        envelope = orjson.dumps(described)
        return b'{"items":[' + ",".join(self.items).encode() + b"]," + envelope[1:]


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages for one worker."""

    rows: RowReader
    offsets: OffsetReader
    codec: CursorCodec
    totals: Totals
    searches: Searches

    async def read(self, request: ListRequest) -> Page:
        """Read one page. Raises BadRequest for a bad cursor and Unavailable when PostgreSQL cannot answer."""
        cursor = self.codec.decode(request.cursor, request) if request.cursor is not None else None
        if cursor is not None and cursor.search is not None:
            request = request.searching(cursor.search)
        elif request.filters:
            request = await self.searches.looked_up(request)
        request, found = await self._found_soon(request, cursor)
        place = _place(request, cursor, found)
        total = await self.totals.total(request, place.proof(found))
        return self._page(request, found, place, total, cursor)

    async def _found_soon(self, request: ListRequest, cursor: Cursor | None) -> tuple[ListRequest, Found]:
        """The rows, and the request as it was answered: a walk that finds too few matches is given up."""
        if cursor is not None or request.search is None or not request.search.common:
            return request, await self._found(request, cursor)
        try:
            async with asyncio.timeout(WALK_BUDGET_S):
                return request, await self._found(request, cursor)
        except TimeoutError:
            request = self.searches.ranked(request)
            return request, await self._found(request, cursor)

    async def _found(self, request: ListRequest, cursor: Cursor | None) -> Found:
        if cursor is not None:
            return await self.rows.read(
                request, "after", position_values(cursor.keys), reverse=cursor.backward
            )
        return await (self.offsets.read(request) if request.offset else self.rows.read(request, "start"))

    def _page(
        self, request: ListRequest, found: Found, place: "_Place", total: Total, came_from: Cursor | None
    ) -> Page:
        rows = found.rows
        first = place.offset if found.exact else None
        after = None if first is None else first + len(rows)
        keys = slice(1, 1 + len(request.sort))
        next_cursor = previous_cursor = None
        if place.has_next and rows:
            cursor = Cursor(backward=False, position=after, keys=tuple(rows[-1])[keys])
            next_cursor = self.codec.encode(cursor, request)
        if place.has_previous and rows:
            cursor = Cursor(backward=True, position=first, keys=tuple(rows[0])[keys])
            previous_cursor = self.codec.encode(cursor, request)
        return Page(
            [row[0] for row in rows],
            total,
            place.offset,
            next_cursor,
            previous_cursor,
            ids=[row[len(request.sort)] for row in rows],
            span=_span(request, found, came_from),
            facets=found.facets,
            offset_is_exact=found.exact,
            corrected_q=None if request.search is None else request.search.corrected,
        )


def _span(request: ListRequest, found: Found, came_from: Cursor | None) -> tuple[float, float] | None:
    """With the row that the page goes on from: none may come between it and the first."""
    if not found.rows or not issubclass(request.sort[0][0].python_type, (int, float, Decimal)):
        return None
    ends = [found.rows[0][1], found.rows[-1][1]]
    if came_from is not None:
        ends.append(came_from.keys[0])
    if any(end is None for end in ends):
        return -_HUGE, _HUGE
    return float(min(ends)), float(max(ends))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the page lies: its first row number if known, and what is on either side of it."""

    offset: int | None
    has_next: bool
    has_previous: bool
    proven_total: int | None

    def proof(self, found: Found) -> Proof:
        """What the page shows of the total; a row number that is only near shows nothing."""
        before = (self.offset or 0) if found.exact else 0
        at_least = before + len(found.rows) + (1 if self.has_next else 0) if found.rows else 0
        exact = self.proven_total if found.exact else None
        if found.total is not None:
            exact = found.total
        if found.facets is not None and found.facets.total is not None:
            exact = found.facets.total
        return Proof(exact=exact, at_least=at_least, epoch=found.epoch)


def _place(request: ListRequest, cursor: Cursor | None, found: Found) -> _Place:
    more, rows = found.more, len(found.rows)
    if cursor is None:
        offset = request.offset or 0
        reached_end = not more and (rows > 0 or offset == 0)
        return _Place(offset, more, offset > 0 and rows > 0, offset + rows if reached_end else None)
    if not cursor.backward:
        return _Place(cursor.position, more, rows > 0, None)
    return _Place(_before(cursor.position, rows) if more else 0, rows > 0, more, None)


def _before(position: int | None, count: int) -> int | None:
    return None if position is None else max(position - count, 0)
