"""The `Link` header of a page (RFC 8288)."""

import re
from urllib.parse import parse_qsl, urlencode

from catalogue.listing.list_request import ListRequest
from catalogue.listing.page import Page
from catalogue.listing.request import POSITIONS

_PLAIN_QUERY = re.compile(r"([A-Za-z0-9_]+=[A-Za-z0-9_.,:*%+-]*(&|$))*")


def link_header(path: str, query_string: bytes, page: Page, request: ListRequest) -> str:
    """Links to the first, previous, next and (where the total is exact) last page."""
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
