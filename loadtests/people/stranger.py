"""Somebody who asks for lists that nobody asked before."""

import random
from itertools import count
from time import sleep
from typing import Any

from locust import task

from loadtests.people.popularity import popular
from loadtests.people.shopper import SORTS
from loadtests.people.visitor import Visitor, reads
from loadtests.people.web_page import page_address

_NAME = "products: never asked"
_LOWEST_PRICES = range(1, 100)
_numbers = count()


class Stranger(Visitor):
    """Pages of the web page with a lowest price of their own.

    No cache and no memory has any of them, so all cost alike: how much the server serves does not depend on how much was
    asked before, or on how many ask. What is answered is not read, because the load generator is not to be the limit.
    Who is refused comes back when `Retry-After` says, as clients are asked to.
    """

    @task
    def look_around(self) -> None:
        lowest = f"{random.choice(_LOWEST_PRICES)}.{next(_numbers):07}"
        address = page_address({"min_price": lowest, "sort": popular(SORTS)}, 0)
        headers = {**self.headers, **self.key}
        with self.client.get(address, name=_NAME, headers=headers, catch_response=True) as response:
            reads.note(_NAME, address, response.headers)
            if refused := response.status_code != 200:
                self._refused(response, _NAME)
        if refused:
            sleep(_wait_s(response))


def _wait_s(response: Any) -> float:
    return float((response.headers or {}).get("Retry-After") or 0)
