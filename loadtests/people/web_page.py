"""The addresses that the web page asks, spelt as it spells them (`frontend/src/data`): equal questions are equal addresses."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from loadtests.people.addresses import PRODUCTS

PAGE_ROWS = 100
"""A list is read by whole pages that start at a multiple of this."""

ROWS_ON_SCREEN = 20
ROWS_AHEAD = PAGE_ROWS // 2
"""So far before the end of a page the next one is asked for, when somebody scrolls towards it."""

FRESH_S = 20.0
"""So long the page shows what it has without asking again, but for suggestions."""

SUGGESTIONS_FRESH_S = 30.0

_ROW = "sku,name,category,brand,price,currency,stock,rating,review_count"
_FACETS = {"limit": 1, "fields": "id", "count": "none", "facets": "category,brand,price,rating,in_stock"}
_RELATED = {
    "in_stock": "true",
    "sort": "-rating,-review_count",
    "limit": 7,
    "count": "none",
    "fields": "name,category,price,currency,rating,review_count",
}
CATEGORIES = f"{PRODUCTS}/categories"
BRANDS = f"{PRODUCTS}/brands"
"""The page knows brands by their facet; people of the load tests read them once."""


def page_offset(row: int) -> int:
    """Where the page that holds a row begins."""
    return row // PAGE_ROWS * PAGE_ROWS


def offsets(first: int, end: int) -> Iterator[int]:
    """The beginnings of the pages that hold the rows from `first` up to `end`."""
    yield from range(page_offset(first), max(end, first + 1), PAGE_ROWS)


def page_address(question: Mapping[str, str], offset: int) -> str:
    """A page of a list; `question` are filters and sort."""
    return f"{PRODUCTS}?{spelt({**question, 'offset': offset, 'limit': PAGE_ROWS, 'fields': _ROW})}"


def facets_address(question: Mapping[str, str]) -> str:
    """The counts beside a list, which its sort does not change."""
    filters = {name: value for name, value in question.items() if name != "sort"}
    return f"{PRODUCTS}?{spelt({**filters, **_FACETS})}"


def related_address(category: str) -> str:
    """What stands below a product: the best of its category."""
    return f"{PRODUCTS}?{spelt({**_RELATED, 'category': category})}"


def suggestions_address(typed: str) -> str:
    return f"{PRODUCTS}/suggest?{spelt({'q': typed})}"


def spelt(query: Mapping[str, object]) -> str:
    """Names sorted, commas plain, as `frontend/src/data/query-string.ts` writes them."""
    return "&".join(f"{name}={quote(str(query[name]), safe=_PLAIN)}" for name in sorted(query))


_PLAIN = "-_.!~*'(),"
