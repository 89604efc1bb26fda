"""What is asked of a table of any size, and the same asked the usual way in bare SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
DEPTHS = (0.01, 0.5, 0.999)
COMMON_WORD = "zenith"
"""A brand: about a fifth of all products match it."""

CATEGORY = "cameras"
PRODUCTS = "/api/v1/products"
FACETS = "category,brand,in_stock,rating,price"
Held = Literal["", "deep", "facets", "search"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`base` names the request to divide by. `held` is the goal that the request is held to, if any."""

    name: str
    address: str
    base: str = "first page"
    held: Held = ""


def requests(*, rows: int, in_category: int, after_middle: str) -> Iterator[Asked]:
    """Everything that is measured; `after_middle` is a cursor into the list by price."""
    first = f"{PRODUCTS}?sort=price"
    yield Asked("first page", first)
    yield Asked("page after a row in the middle", f"{first}&cursor={quote(after_middle)}")
    yield from deep_requests("", rows, "")
    yield from deep_requests(", one category", in_category, f"&category={CATEGORY}")
    two = f"{first}&category={CATEGORY}&in_stock=true"
    yield Asked("two filters, page alone", f"{two}&count=none")
    yield Asked(
        "two filters, with total and five facets",
        f"{two}&facets={FACETS}",
        "two filters, page alone",
        "facets",
    )
    yield Asked("all rows, with total and five facets", f"{first}&facets={FACETS}")
    odd = f"{first}&min_price=13.37&max_price=87.5"
    yield Asked("odd prices, page alone", f"{odd}&count=none")
    yield Asked(
        "odd prices, with total and five facets", f"{odd}&facets={FACETS}", base="odd prices, page alone"
    )
    yield Asked("total of a category", f"{first}&category={CATEGORY}&limit=1&fields=id")
    yield Asked("search for a fifth of all", f"{PRODUCTS}?q={COMMON_WORD}")
    yield Asked(
        "search for a fifth of all, with five facets",
        f"{PRODUCTS}?q={COMMON_WORD}&facets={FACETS}",
        held="search",
    )
    yield Asked("search for a fifth of all, by price", f"{PRODUCTS}?q={COMMON_WORD}&sort=price")
    yield Asked("suggest", f"{PRODUCTS}/suggest?q={COMMON_WORD[:3]}")
    yield Asked("one product", f"{PRODUCTS}/{rows // 2}")
    yield Asked("statistics", f"{PRODUCTS}/stats")
    yield Asked("categories", f"{PRODUCTS}/categories")


def deep_requests(note: str, rows: int, filters: str) -> Iterator[Asked]:
    """For each sort the first page and the depths."""
    for sort in SORTS:
        base = f"first page by {sort}{note}"
        yield Asked(base, f"{PRODUCTS}?sort={sort}{filters}", base)
        for depth in DEPTHS:
            address = f"{PRODUCTS}?sort={sort}{filters}&offset={int(rows * depth)}"
            yield Asked(f"{depth:.1%} by {sort}{note}", address, base, "deep" if depth == DEPTHS[-1] else "")


@dataclass(frozen=True, slots=True)
class NewList:
    """A list that no other request asks for, by the address of a row far down; `alike` is one of the same shape."""

    kind: str
    address: str
    alike: str | None = None


def new_lists(rows: int, categories: dict[str, int]) -> Iterator[NewList]:
    """The whole table by each sort, downwards, and one category each by every sort, both ways."""
    for number, sort in enumerate(SORTS):
        depth = DEPTHS[number % len(DEPTHS)]
        yield NewList("all rows", f"{PRODUCTS}?sort=-{sort}&offset={int(rows * depth)}")
    *others, known = (slug for slug in categories if slug != CATEGORY)
    for number, sort in enumerate(f"{sign}{sort}" for sort in SORTS for sign in ("", "-")):
        slug, depth = others[number % len(others)], DEPTHS[number % len(DEPTHS)]
        address, alike = (
            f"{PRODUCTS}?sort={sort}&category={name}&offset={int(categories[name] * depth)}"
            for name in (slug, known)
        )
        yield NewList("one category", address, alike)


_ROWS = "SELECT id, sku, name, category, brand, price, currency, stock, rating, review_count, image_url FROM products"
_COUNTED = "SELECT {}, count(*) FROM products WHERE category = '" + CATEGORY + "' AND stock > 0 GROUP BY 1"  # noqa: S608
_LIKE = (
    f"name ILIKE '%{COMMON_WORD}%' OR description ILIKE '%{COMMON_WORD}%' OR brand ILIKE '%{COMMON_WORD}%'"
)
USUAL = {
    "first page": (f"{_ROWS} ORDER BY price, id LIMIT 50",),
    "99.9% by price": (
        f"{_ROWS} ORDER BY price, id LIMIT 50 OFFSET {{deep}}",
        "SELECT count(*) FROM products",
    ),
    "99.9% by name": (f"{_ROWS} ORDER BY name, id LIMIT 50 OFFSET {{deep}}", "SELECT count(*) FROM products"),
    "two filters, with total and five facets": (
        f"{_ROWS} WHERE category = '{CATEGORY}' AND stock > 0 ORDER BY price, id LIMIT 50",
        f"SELECT count(*) FROM products WHERE category = '{CATEGORY}' AND stock > 0",  # noqa: S608
        *(
            _COUNTED.format(column)
            for column in (
                "category",
                "brand",
                "stock > 0",
                "width_bucket(rating, 0, 5, 10)",
                "width_bucket(price, 0, 500, 10)",
            )
        ),
    ),
    "total of a category": (f"SELECT count(*) FROM products WHERE category = '{CATEGORY}'",),  # noqa: S608
    "search for a fifth of all": (
        f"{_ROWS} WHERE {_LIKE} ORDER BY id LIMIT 50",
        f"SELECT count(*) FROM products WHERE {_LIKE}",  # noqa: S608
    ),
    "one product": (f"{_ROWS} WHERE id = {{middle}}",),
    "statistics": (
        "SELECT count(*), min(price), max(price), avg(price), sum(stock) FROM products",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price) FROM products",
        "SELECT category, count(*) FROM products GROUP BY 1",
        "SELECT brand, count(*) FROM products GROUP BY 1",
    ),
}
"""The statements that stand for a request, by its name. The first of a deep one is the OFFSET over whole rows."""
