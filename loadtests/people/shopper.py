"""Somebody who browses products on the web page, with the pauses that people make."""

import random
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from time import sleep
from typing import Any
from urllib.parse import urlencode

from locust import task

from loadtests.people.visitor import HURRIED, PRODUCTS, Visitor

SORTS = ("price", "-price", "-rating", "-review_count", "name", "-created_at")
FACETS = "category,brand,price,rating,in_stock"
MAX_FILTERS = 2


@dataclass(frozen=True)
class View:
    """A list as it stands on the screen: what was asked for, and the answer."""

    question: dict[str, str]
    page: dict[str, Any] = field(default_factory=dict)

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.get("items", [])
        return found


class Shopper(Visitor):
    """Scrolls, jumps, narrows down, sorts, searches, opens details and goes back."""

    weight = 20

    def on_start(self) -> None:
        self.view = View({})
        self.history: list[View] = []
        self.choices = {"category": self.slugs("categories"), "brand": self.slugs("brands")}
        self.show({}, name="products: first page")

    @task(10)
    def scroll(self) -> None:
        """Read on; at the end of the list start over."""
        cursor = self.view.page.get("next")
        if cursor is None:
            self.show(self.view.question, name="products: first page")
            return
        seen = {item["id"] for item in self.view.items}
        self.show(self.view.question, name="products: next page", seen=seen, cursor=cursor)

    @task(3)
    def jump(self) -> None:
        """Drag the scroll bar: the page asks for whole pages of a hundred rows."""
        total = self.view.page.get("total") or 0
        offset = random.randrange(total // 100 + 1) * 100
        self.show(self.view.question, name="products: jump to offset", offset=offset, limit=100)

    @task(4)
    def narrow(self) -> None:
        """Choose a category or a brand that the shop offers, or start afresh; the counts are shown beside."""
        name = random.choice([name for name, slugs in self.choices.items() if slugs])
        kept = {} if len(self.view.question) >= MAX_FILTERS else self.view.question
        kept = {key: value for key, value in kept.items() if key not in {"q", "facets"}}
        question = {**kept, name: random.choice(self.choices[name]), "facets": FACETS}
        self.ask(question, name="products: filtered, with facets")

    @task(3)
    def sort(self) -> None:
        self.ask({**self.view.question, "sort": random.choice(SORTS)}, name="products: sorted")

    @task(2)
    def search(self) -> None:
        """Type a word of a product's name, letter by letter, then look at what was found."""
        word = self.word_to_look_for()
        for typed in _typing(word):
            self.read(f"{PRODUCTS}/suggest?{urlencode({'q': typed})}", name="products: suggest")
        self.ask({"q": word}, name="products: search")

    @task(6)
    def open_details(self) -> None:
        if self.view.items:
            self.read(f"{PRODUCTS}/{random.choice(self.view.items)['id']}", name="products: detail")

    @task(3)
    def go_back(self) -> None:
        if self.history:
            self.show(self.history.pop().question, name="products: back")

    def ask(self, question: dict[str, str], *, name: str) -> None:
        """Show another list, and remember this one."""
        self.history.append(self.view)
        self.show(question, name=name)

    def show(
        self, question: dict[str, str], *, name: str, seen: AbstractSet[int] = frozenset(), **position: object
    ) -> None:
        """Show a page of a list. It fails when it repeats one of `seen`, the rows of the page before."""
        query = urlencode({**question, **position})

        def repeats(answer: dict[str, Any]) -> str:
            repeated = seen and any(item["id"] in seen for item in answer.get("items", ()))
            return "repeats rows of the page before" if repeated else ""

        page = self.read(f"{PRODUCTS}?{query}" if query else PRODUCTS, name=name, check=repeats)
        self.view = View(question, page)

    def slugs(self, field_name: str) -> list[str]:
        listed = self.read(f"{PRODUCTS}/{field_name}", name=f"products: {field_name}")
        return [value["slug"] for value in listed.get("items", ())]

    def word_to_look_for(self) -> str:
        names = [item["name"] for item in self.view.items] or ["shoe"]
        return str(max(random.choice(names).split(), key=len)).lower()


def _typing(word: str) -> Iterator[str]:
    """What stands in the search box after each letter from the second on, at the pace of fingers."""
    for length in range(2, len(word) + 1):
        yield word[:length]
        if not HURRIED:
            sleep(random.uniform(0.08, 0.3))
