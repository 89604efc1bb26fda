"""A program that reads the JSON API: whole lists by cursor, and rows by their ids."""

import random
from typing import Any
from urllib.parse import urlencode

from locust import task

from loadtests.people.addresses import API, PRODUCTS
from loadtests.people.visitor import Visitor, pauses

MAX_PAGES = 25
BATCH = 50


class Reader(Visitor):
    """Fails a walk that shows a row twice, or that ends with another number of rows than an exact total."""

    weight = 2
    wait_time = pauses(1.0, 3.0)

    def on_start(self) -> None:
        listed = self.read(f"{PRODUCTS}/brands", name="products: brands")
        self.brands = [value["slug"] for value in listed.get("items", ()) if value["count"]]
        self.identities: list[int] = []

    @task(2)
    def walk(self) -> None:
        """Read all products of a brand, newest first."""
        if not self.brands:
            return
        question: dict[str, Any] = {"brand": random.choice(self.brands), "sort": "-created_at", "limit": 200}
        seen: set[int] = set()
        for _ in range(MAX_PAGES):
            page = self.read(
                f"{PRODUCTS}?{urlencode(question)}", name="reader: next 200 rows", check=_repeats(seen)
            )
            seen.update(item["id"] for item in page.get("items", ()))
            if not page.get("next"):
                break
            question["cursor"] = page["next"]
        self.identities = random.sample(sorted(seen), min(BATCH, len(seen)))

    @task(4)
    def batch(self) -> None:
        """Read some rows by id; each must be there."""
        if not self.identities:
            return
        wanted = ",".join(map(str, self.identities))
        self.read(f"{PRODUCTS}?limit=200&count=none&ids={wanted}", name="reader: rows by id")

    @task(1)
    def statistics(self) -> None:
        question = urlencode({"brand": random.choice(self.brands)}) if self.brands else ""
        self.read(f"{PRODUCTS}/stats?{question}", name="reader: statistics")

    @task(1)
    def orders(self) -> None:
        self.read(f"{API}/orders?status=confirmed&facets=status,priority", name="reader: orders")


def _repeats(seen: set[int]) -> Any:
    def check(page: dict[str, Any]) -> str:
        return "repeats rows" if any(item["id"] in seen for item in page.get("items", ())) else ""

    return check
