"""Somebody who browses products on the web page: what the page asks for, with the pauses that people make."""

import random
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from locust import task

from loadtests.people.addresses import PRODUCTS
from loadtests.people.popularity import OF_CLICKS, popular, typing
from loadtests.people.visitor import HURRIED, Visitor, pace
from loadtests.people.web_page import (
    BRANDS,
    CATEGORIES,
    FRESH_S,
    ROWS_AHEAD,
    ROWS_ON_SCREEN,
    SUGGESTIONS_FRESH_S,
    facets_address,
    offsets,
    page_address,
    page_offset,
    related_address,
    suggestions_address,
)

SORTS = ("-rating", "price", "-price", "-review_count", "-created_at", "name")
WITHIN, RARE = 0.4, 0.1
"""The share of choices that are a brand within a category, and of searches that are for a word hardly anybody looks for."""


@dataclass
class View:
    """A list as it stands on the screen: what was asked for, the row at the top, the pages that are there."""

    question: dict[str, str]
    row: int = 0
    total: int = 0
    pages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def on_screen(self) -> list[dict[str, Any]]:
        """The products that are seen, as far as their pages are there."""
        first, end = self.row, self.row + ROWS_ON_SCREEN
        there = ((offset, self.pages.get(offset, [])) for offset in offsets(first, end))
        return [
            item for offset, items in there for row, item in enumerate(items, offset) if first <= row < end
        ]


class Shopper(Visitor):
    """Scrolls, jumps, narrows down, sorts, searches, opens details, goes back, and leaves for the next one.

    What is chosen, how often, and why: `docs/load-tests.md`.
    """

    weight = 20
    view: View
    history: list[View]
    brands: list[dict[str, Any]]

    def on_start(self) -> None:
        self.brands = []
        self.arrive()

    @task(2)
    def arrive(self) -> None:
        """Somebody new, who has nothing in memory, opens the page."""
        self.memory.forget()
        self.history = []
        self.open(View({}), name="products: first page")
        self.categories = self._values(CATEGORIES, name="products: categories")
        self.brands = self.brands or self._values(BRANDS, name="products: brands")
        self.words = words_of([*self.categories, *self.brands])

    @task(8)
    def scroll(self) -> None:
        """A few screens further down, and what comes next is asked for before it is seen."""
        self.view.row = min(self.view.row + random.randrange(30, 90), max(self.view.total - 1, 0))
        self.read_rows("products: scroll", ahead=ROWS_AHEAD)

    @task(1)
    def jump(self) -> None:
        """Drag the scroll bar anywhere."""
        self.view.row = random.randrange(max(self.view.total, 1))
        self.read_rows("products: jump")

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
        """Type a word; list and counts follow every letter, and words are offered."""
        self.history.append(self.view)
        for typed in typing(self._word_to_look_for()):
            self.read(suggestions_address(typed), name="products: suggest", fresh_s=SUGGESTIONS_FRESH_S)
            self.open(View({"q": typed}), name="products: search")
            if not HURRIED:
                sleep(pace.pause_s(0.08, 0.3))

    @task(5)
    def open_details(self) -> None:
        """What stands further up on the screen is opened more often. Below it stand the best of its category."""
        if not self.view.on_screen:
            return
        product = popular(self.view.on_screen, OF_CLICKS)
        self.read(f"{PRODUCTS}/{product['id']}", name="products: detail")
        self.read(related_address(product["category"]), name="products: related")

    @task(3)
    def go_back(self) -> None:
        """The list before, at the row where it was left."""
        if self.history:
            before = self.history.pop()
            self.open(View(before.question, before.row, before.total), name="products: back")

    def ask(self, question: dict[str, str], *, name: str) -> None:
        """Show another list, and remember this one."""
        self.history.append(self.view)
        self.open(View(question), name=name)

    def open(self, view: View, *, name: str) -> None:
        self.view = view
        self._read_page(page_offset(view.row), name)
        self.read_rows(name)
        self.read(facets_address(view.question), name="products: facets", fresh_s=FRESH_S)

    def read_rows(self, name: str, *, ahead: int = 0) -> None:
        """See to it that the pages of the rows on the screen are there, and so many rows more."""
        end = min(self.view.row + ROWS_ON_SCREEN + ahead, self.view.total)
        for offset in offsets(self.view.row, end):
            self._read_page(offset, name)

    def _read_page(self, offset: int, name: str) -> None:
        address = page_address(self.view.question, offset)
        page = self.read(address, name=name, check=_rows_are_missing, fresh_s=FRESH_S)
        self.view.total = page.get("total") or 0
        self.view.pages[offset] = page.get("items", [])

    def _values(self, address: str, *, name: str) -> list[dict[str, Any]]:
        """The values of a field, those with most products first."""
        listed = self.read(address, name=name)
        values = (value for value in listed.get("items", ()) if value["count"])
        return sorted(values, key=lambda value: -value["count"])

    def _word_to_look_for(self) -> str:
        """Mostly what is well known; else a word of a product that is seen."""
        seen = self.view.on_screen
        if self.words and (random.random() >= RARE or not seen):
            return popular(self.words)
        return str(random.choice(popular(seen)["name"].split())).lower()


def words_of(values: list[dict[str, Any]]) -> list[str]:
    """The words of labels, those of the largest first."""
    ordered = sorted(values, key=lambda value: -value["count"])
    words = (word for value in ordered for word in value["label"].lower().split() if word.isalnum())
    return list(dict.fromkeys(words))


def _rows_are_missing(page: dict[str, Any]) -> str:
    inside = page.get("total_is") == "exact" and page["offset"] < page["total"]
    return "no rows inside of the list" if inside and not page["items"] else ""
