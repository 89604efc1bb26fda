"""Somebody who browses products on the web page: what the page asks for, with the pauses that people make."""

import random
from dataclasses import dataclass, field
from time import sleep
from typing import Any
from urllib.parse import urlencode

from locust import task

from loadtests.people.popularity import OF_CLICKS, popular, typing
from loadtests.people.visitor import HURRIED, PRODUCTS, Visitor

PAGE_ROWS = 100
"""As `frontend/src/data/list-source.ts`: a list is read by whole pages that start at a multiple of this."""

_FIELDS = "sku,name,category,brand,price,currency,stock,rating,review_count"
_FACETS = urlencode(
    {"limit": 1, "fields": "id", "count": "none", "facets": "category,brand,price,rating,in_stock"}
)
SORTS = ("-rating", "price", "-price", "-review_count", "-created_at", "name")
WITHIN, RARE = 0.4, 0.1
"""The share of choices that are a brand within a category, and of searches that are for a word hardly anybody looks for."""

ROWS_ON_SCREEN = 20


@dataclass
class View:
    """A list as it stands on the screen: what was asked for, the row at the top, the pages that were read."""

    question: dict[str, str]
    row: int = 0
    total: int = 0
    pages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def items(self) -> list[dict[str, Any]]:
        return self.pages.get(self.row // PAGE_ROWS * PAGE_ROWS, [])

    @property
    def on_screen(self) -> list[dict[str, Any]]:
        return self.items[self.row % PAGE_ROWS :][:ROWS_ON_SCREEN]


class Shopper(Visitor):
    """Scrolls, jumps, narrows down, sorts, searches, opens details, goes back, and leaves for the next one.

    What is chosen, how often, and why: `docs/load-tests.md`.
    """

    weight = 20
    view: View
    history: list[View]

    def on_start(self) -> None:
        self.categories, self.brands = self._values("categories"), self._values("brands")
        self.words = words_of([*self.categories, *self.brands])
        self.arrive()

    @task(2)
    def arrive(self) -> None:
        """Somebody new, who has nothing in memory, opens the page."""
        self.remembered.clear()
        self.history = []
        self.open(View({}), name="products: first page")

    @task(8)
    def scroll(self) -> None:
        """A few screens further down; what is there already is not asked for again."""
        self.view.row = min(self.view.row + random.randrange(30, 90), max(self.view.total - 1, 0))
        self.read_page("products: scroll")

    @task(1)
    def jump(self) -> None:
        """Drag the scroll bar anywhere."""
        self.view.row = random.randrange(max(self.view.total, 1))
        self.read_page("products: jump")

    @task(4)
    def narrow(self) -> None:
        """Choose a category, or a brand within the one that is chosen; the counts are shown beside."""
        if set(self.view.question) == {"category"} and random.random() < WITHIN and self.brands:
            question = {**self.view.question, "brand": popular(self.brands)["slug"]}
        elif self.categories:
            question = {"category": popular(self.categories)["slug"]}
        else:
            question = {}
        self.ask(question, name="products: filtered")

    @task(1)
    def sort(self) -> None:
        self.ask({**self.view.question, "sort": popular(SORTS)}, name="products: sorted")

    @task(1)
    def search(self) -> None:
        """Type a word; the list follows every letter, and words are offered."""
        self.history.append(self.view)
        for typed in typing(self._word_to_look_for()):
            self.read(f"{PRODUCTS}/suggest?{urlencode({'q': typed})}", name="products: suggest")
            self.view = View({"q": typed})
            self.read_page("products: search")
            if not HURRIED:
                sleep(random.uniform(0.08, 0.3))
        self.read_facets()

    @task(5)
    def open_details(self) -> None:
        """What stands further up on the screen is opened more often."""
        if self.view.on_screen:
            self.read(f"{PRODUCTS}/{popular(self.view.on_screen, OF_CLICKS)['id']}", name="products: detail")

    @task(3)
    def go_back(self) -> None:
        """The list before, at the row where it was left."""
        if self.history:
            before = self.history.pop()
            self.open(View(before.question, before.row), name="products: back")

    def ask(self, question: dict[str, str], *, name: str) -> None:
        """Show another list, and remember this one."""
        self.history.append(self.view)
        self.open(View(question), name=name)

    def open(self, view: View, *, name: str) -> None:
        self.view = view
        self.read_page(name)
        self.read_facets()

    def read_page(self, name: str) -> None:
        """See to it that the page of the row at the top is there."""
        view, offset = self.view, self.view.row // PAGE_ROWS * PAGE_ROWS
        if offset in view.pages:
            return
        query = urlencode({**view.question, "offset": offset, "limit": PAGE_ROWS, "fields": _FIELDS})
        page = self.read(f"{PRODUCTS}?{query}", name=name, check=_rows_are_missing)
        view.total = page.get("total") or 0
        view.pages[offset] = page.get("items", [])

    def read_facets(self) -> None:
        filters = {name: value for name, value in self.view.question.items() if name != "sort"}
        query = "&".join([*([urlencode(filters)] if filters else []), _FACETS])
        self.read(f"{PRODUCTS}?{query}", name="products: facets")

    def _values(self, plural: str) -> list[dict[str, Any]]:
        """The values of a field, those with most products first."""
        listed = self.read(f"{PRODUCTS}/{plural}", name=f"products: {plural}")
        values = (value for value in listed.get("items", ()) if value["count"])
        return sorted(values, key=lambda value: -value["count"])

    def _word_to_look_for(self) -> str:
        """Mostly what is well known; else a word of a product that is seen."""
        if self.words and (random.random() >= RARE or not self.view.items):
            return popular(self.words)
        return str(random.choice(popular(self.view.items)["name"].split())).lower()


def words_of(values: list[dict[str, Any]]) -> list[str]:
    """The words of labels, those of the largest first."""
    ordered = sorted(values, key=lambda value: -value["count"])
    words = (word for value in ordered for word in value["label"].lower().split() if word.isalnum())
    return list(dict.fromkeys(words))


def _rows_are_missing(page: dict[str, Any]) -> str:
    inside = page.get("total_is") == "exact" and page["offset"] < page["total"]
    return "no rows inside of the list" if inside and not page["items"] else ""
