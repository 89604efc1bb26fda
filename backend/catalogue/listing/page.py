"""A page of a list: from a valid request to what the answer holds."""

from dataclasses import dataclass, replace

import asyncpg
import orjson

from catalogue.db.reading import ReadSession
from catalogue.listing.building import Placement, page_statement
from catalogue.listing.cursor import Cursor, CursorCodec
from catalogue.listing.facets_reading import FacetAnswer, FacetReader
from catalogue.listing.indexes import ListIndexes
from catalogue.listing.keyset import position_values
from catalogue.listing.list_index import Anchor
from catalogue.listing.request import ListRequest
from catalogue.listing.totals import Proof, Total, Totals


@dataclass(frozen=True, slots=True)
class Page:
    """`items` are JSON texts; `offset` is the row number of the first, where it is known."""

    items: list[str]
    total: Total
    offset: int | None
    next_cursor: str | None
    previous_cursor: str | None
    facets: FacetAnswer | None = None

    def body(self) -> bytes:
        """The contract's envelope."""
        described: dict[str, object] = {
            "total": self.total.value,
            "total_is": self.total.precision,
            "offset": self.offset,
            "next": self.next_cursor,
            "prev": self.previous_cursor,
        }
        if self.facets is not None:
            described |= {"facets": self.facets.values, "facets_are": self.facets.precision}
        envelope = orjson.dumps(described)
        return b'{"items":[' + ",".join(self.items).encode() + b"]," + envelope[1:]


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages for one worker."""

    reader: ReadSession
    codec: CursorCodec
    indexes: ListIndexes
    totals: Totals
    facets: FacetReader

    async def read(self, request: ListRequest) -> Page:
        """Read one page. Raises BadRequest for a bad cursor and Unavailable when PostgreSQL cannot answer."""
        cursor = self.codec.decode(request.cursor, request) if request.cursor is not None else None
        found = await self._rows(request, cursor)
        place = _place(request, cursor, len(found.rows), more=found.more)
        proof = place.proof(found.epoch, len(found.rows))
        if not found.certain:
            proof = replace(proof, exact=None)
        if found.facets is not None and found.facets.total is not None:
            proof = replace(proof, exact=found.facets.total)
        total = await self.totals.total(request, proof)
        return replace(self._page(request, found.rows, place, total), facets=found.facets)

    async def _rows(self, request: ListRequest, cursor: Cursor | None) -> "_Found":
        values = request.bound_values()
        if cursor is not None:
            values |= position_values(cursor.keys)
            return await self._fetch(request, values, "after", reverse=cursor.backward)
        if not request.offset:
            return await self._fetch(request, values, "start")
        index = self.indexes.local(request)
        anchor = index.anchor(request, request.offset) if index is not None else None
        if index is not None and anchor is not None:
            found = await self._fetch(request, values | _anchored(anchor), "anchor")
            fresh = index.epoch is not None and index.epoch == found.epoch
            if fresh or request.count != "exact":
                return replace(found, certain=fresh)
        return await self._fetch(request, {**values, "offset": request.offset}, "offset")

    async def _fetch(
        self, request: ListRequest, values: dict[str, object], placement: Placement, *, reverse: bool = False
    ) -> "_Found":
        statement, facets = page_statement(request, placement, reverse=reverse), None
        if request.facets:
            answered, facets = await self.facets.read(request, statement, values)
        else:
            answered = await self.reader.rows(statement, values)
        more = len(answered) > request.limit
        rows = list(answered[: request.limit])
        if reverse:
            rows.reverse()
        epoch = str(rows[0]["epoch"]) if rows and request.collection.epoch is not None else None
        return _Found(rows, more, epoch, facets)

    def _page(self, request: ListRequest, rows: list[asyncpg.Record], place: "_Place", total: Total) -> Page:
        first = place.offset
        after = None if first is None else first + len(rows)
        keys = slice(1, 1 + len(request.sort))
        next_cursor = previous_cursor = None
        if place.has_next and rows:
            cursor = Cursor(backward=False, position=after, keys=tuple(rows[-1])[keys])
            next_cursor = self.codec.encode(cursor, request)
        if place.has_previous and rows:
            cursor = Cursor(backward=True, position=first, keys=tuple(rows[0])[keys])
            previous_cursor = self.codec.encode(cursor, request)
        return Page([row[0] for row in rows], total, first, next_cursor, previous_cursor)


@dataclass(frozen=True, slots=True)
class _Found:
    rows: list[asyncpg.Record]
    more: bool
    epoch: str | None
    facets: FacetAnswer | None
    certain: bool = True
    """False when a stale list index said where the rows are, so that their end proves no total."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the page lies: its first row number if known, and what is on either side of it."""

    offset: int | None
    has_next: bool
    has_previous: bool
    proven_total: int | None

    def proof(self, epoch: str | None, found: int) -> Proof:
        at_least = (self.offset or 0) + found + (1 if self.has_next else 0) if found else 0
        return Proof(exact=self.proven_total, at_least=at_least, epoch=epoch)


def _place(request: ListRequest, cursor: Cursor | None, found: int, *, more: bool) -> _Place:
    if cursor is None:
        offset = request.offset or 0
        reached_end = not more and (found > 0 or offset == 0)
        return _Place(offset, more, offset > 0 and found > 0, offset + found if reached_end else None)
    if not cursor.backward:
        return _Place(cursor.position, more, found > 0, None)
    return _Place(_before(cursor.position, found) if more else 0, found > 0, more, None)


def _before(position: int | None, count: int) -> int | None:
    return None if position is None else max(position - count, 0)


def _anchored(anchor: Anchor) -> dict[str, object]:
    return {**position_values(anchor.keys), "offset": anchor.skip}
