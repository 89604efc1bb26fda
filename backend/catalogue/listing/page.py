"""A page of a list: from a valid request to the bytes of the answer."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import asyncpg
import orjson

from catalogue.db.reading import ReadSession
from catalogue.listing.building import page_statement
from catalogue.listing.cursor import Cursor, CursorCodec
from catalogue.listing.keyset import position_values
from catalogue.listing.request import POSITIONS, ListRequest
from catalogue.listing.totals import Total, Totals

_PLAIN_QUERY = re.compile(r"([A-Za-z0-9_]+=[A-Za-z0-9_.,:*%+-]*(&|$))*")


@dataclass(frozen=True, slots=True)
class Page:
    """`items` are JSON texts; `offset` is the row number of the first, where it is known."""

    items: list[str]
    total: Total
    offset: int | None
    next_cursor: str | None
    previous_cursor: str | None

    def body(self) -> bytes:
        """The contract's envelope."""
        envelope = orjson.dumps(
            {
                "total": self.total.value,
                "total_is": self.total.precision,
                "offset": self.offset,
                "next": self.next_cursor,
                "prev": self.previous_cursor,
            }
        )
        return b'{"items":[' + ",".join(self.items).encode() + b"]," + envelope[1:]


async def read_page(reader: ReadSession, request: ListRequest, *, codec: CursorCodec, totals: Totals) -> Page:
    """Read one page. Raises BadRequest for a bad cursor and Unavailable when PostgreSQL cannot answer."""
    cursor = codec.decode(request.cursor, request) if request.cursor is not None else None
    reverse = cursor is not None and cursor.backward
    values = request.bound_values()
    if cursor is not None:
        values |= position_values(cursor.keys)
    elif request.offset:
        values["offset"] = request.offset
    statement = page_statement(request, after=cursor is not None, reverse=reverse)
    rows = await reader.rows(statement, values)
    more = len(rows) > request.limit
    rows = rows[: request.limit]
    if reverse:
        rows.reverse()
    place = _Place.of(request, cursor, len(rows), more=more)
    total = await totals.total(
        request,
        proven=place.proven_total,
        at_least=(place.offset or 0) + len(rows) + (1 if place.has_next else 0),
    )
    return _page(request, rows, place, total=total, codec=codec)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the page lies: its first row number if known, and what is on either side of it."""

    offset: int | None
    has_next: bool
    has_previous: bool
    proven_total: int | None

    @classmethod
    def of(cls, request: ListRequest, cursor: Cursor | None, found: int, *, more: bool) -> "_Place":
        if cursor is None:
            offset = request.offset or 0
            reached_end = not more and (found > 0 or offset == 0)
            return cls(offset, more, offset > 0 and found > 0, offset + found if reached_end else None)
        if not cursor.backward:
            return cls(cursor.position, more, found > 0, None)
        return cls(_before(cursor.position, found) if more else 0, found > 0, more, None)


def _before(position: int | None, count: int) -> int | None:
    return None if position is None else max(position - count, 0)


def _page(
    request: ListRequest, rows: list[asyncpg.Record], place: _Place, *, total: Total, codec: CursorCodec
) -> Page:
    first = place.offset
    after = None if first is None else first + len(rows)
    next_cursor = previous_cursor = None
    if place.has_next and rows:
        next_cursor = codec.encode(Cursor(backward=False, position=after, keys=_keys(rows[-1])), request)
    if place.has_previous and rows:
        previous_cursor = codec.encode(Cursor(backward=True, position=first, keys=_keys(rows[0])), request)
    return Page([row[0] for row in rows], total, first, next_cursor, previous_cursor)


def _keys(row: asyncpg.Record) -> tuple[object, ...]:
    return tuple(row)[1:]


def link_header(path: str, query_string: bytes, page: Page, request: ListRequest) -> str:
    """RFC 8288 links to the first, previous, next and (where the total is exact) last page."""
    kept = _without_position(query_string)

    def link(relation: str, position: str = "") -> str:
        query = "&".join(filter(None, (kept, position)))
        return f'<{path}{"?" if query else ""}{query}>; rel="{relation}"'

    links = [link("first")]
    if page.previous_cursor is not None:
        links.append(link("prev", f"cursor={page.previous_cursor}"))
    if page.next_cursor is not None:
        links.append(link("next", f"cursor={page.next_cursor}"))
    if page.total.precision == "exact" and page.total.value:
        last = (page.total.value - 1) // request.limit * request.limit
        links.append(link("last", f"offset={last}"))
    return ", ".join(links)


def _without_position(query_string: bytes) -> str:
    """The parameters that do not say where in the list, as they were written where that is safe in a header."""
    text = query_string.decode("ascii")
    if _PLAIN_QUERY.fullmatch(text):
        return "&".join(part for part in text.split("&") if part.partition("=")[0] not in POSITIONS)
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name not in POSITIONS])
