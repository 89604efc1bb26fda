"""Somebody who tries what should not work, and what should cost no more than usual."""

import random
from collections.abc import Iterator

from locust import task

from loadtests.people.addresses import API, PRODUCTS
from loadtests.people.visitor import Visitor, pauses

_REFUSED = (400, 404, 422)
_NONSENSE = (
    f"{PRODUCTS}?limit=100000",
    f"{PRODUCTS}?sort=password",
    f"{PRODUCTS}?min_price=NaN",
    f"{PRODUCTS}?offset=-1",
    f"{PRODUCTS}?offset=99999999999999999999",
    f"{PRODUCTS}?cursor=bm9ib2R5",
    f"{PRODUCTS}?q=a&unknown=1",
    f"{PRODUCTS}?" + "&".join(["brand=x"] * 500),
    f"{PRODUCTS}/0",
    f"{PRODUCTS}/999999999999999999999",
    f"{API}/../etc/passwd",
)
_ODD_SEARCHES = (
    "%22%22%22",
    "-",
    "OR%20OR",
    "%27%3B--",
    "%00",
    "(((",
    "a" * 5_000,
    ":*%26!%7C",
    "%F0%9F%98%80",
)


class Hostile(Visitor):
    """A 5xx or a success where a refusal is due is a failure."""

    fixed_count = 1
    wait_time = pauses(0.5, 1.5)

    @task(3)
    def nonsense(self) -> None:
        address = random.choice(_NONSENSE)
        with self.client.get(
            address, name="hostile: nonsense", headers=self.key, catch_response=True
        ) as response:
            if response.status_code in _REFUSED:
                response.success()
            else:
                response.failure(f"answered {response.status_code} to {address[:80]}")

    @task(2)
    def odd_search(self) -> None:
        self.read(f"{PRODUCTS}?q={random.choice(_ODD_SEARCHES)}&count=none", name="hostile: odd search")

    @task(3)
    def deep_offset(self) -> None:
        """Far past the end is an empty page."""
        self.read(f"{PRODUCTS}?offset={random.randrange(10**12)}", name="hostile: past the end")

    @task(4)
    def defeat_the_cache(self) -> None:
        """Lists that nobody asked before."""
        self.read(f"{PRODUCTS}?{'&'.join(_random_filters())}", name="hostile: list nobody asked before")


def _random_filters() -> Iterator[str]:
    yield f"min_price={random.randrange(1, 50_000) / 100}"
    yield f"max_price={random.randrange(50_000, 500_000) / 100}"
    yield f"limit={random.randrange(1, 100)}"
    yield f"sort={random.choice(('price', '-price'))}"
