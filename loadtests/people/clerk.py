"""Somebody in the office who takes orders, confirms them and files their papers."""

import random
from typing import Any
from uuid import uuid4

from locust import task

from loadtests.people.addresses import API, PRODUCTS
from loadtests.people.visitor import Visitor, pauses

ORDERS = f"{API}/orders"
MAX_LINES = 4
KEPT = 20
_PAPER = b"CMR 0001\nThree pallets, received in good order.\n"


class Clerk(Visitor):
    """Writes about once a second. Every write carries an idempotency key or the version it is based on."""

    weight = 3
    fixed_count = 1
    wait_time = pauses(0.5, 1.5)

    def on_start(self) -> None:
        self.terminals = [item["id"] for item in self._items(f"{API}/terminals?limit=50", "clerk: terminals")]
        self.products = self._items(f"{PRODUCTS}?in_stock=true&sort=-stock&limit=200", "clerk: stock")
        self.drafts: list[dict[str, Any]] = []
        self.confirmed: list[dict[str, Any]] = []

    @task(4)
    def look(self) -> None:
        orders = self._items(f"{ORDERS}?sort=-created_at&facets=status,terminal", "clerk: newest orders")
        if orders:
            self.read(f"{ORDERS}/{random.choice(orders)['id']}", name="clerk: order")

    @task(3)
    def take_order(self) -> None:
        if not self.products or not self.terminals:
            return
        chosen = random.sample(self.products, random.randint(1, MAX_LINES))
        order = {
            "service": "standard",
            "terminal_id": random.choice(self.terminals),
            "customer_name": f"Load test {random.randrange(1_000)}",
            "lines": [{"product_id": item["id"], "quantity": 1} for item in _of_one_currency(chosen)],
        }
        made = self.write(
            "POST",
            ORDERS,
            name="clerk: take order",
            expected=(201,),
            json=order,
            headers={"Idempotency-Key": str(uuid4())},
        )
        if made:
            self.drafts = [*self.drafts[-KEPT:], made]

    @task(2)
    def confirm(self) -> None:
        """409 is an answer: somebody else may have bought the last one."""
        if not self.drafts:
            return
        order = self.drafts.pop(0)
        confirmed = self._patch(order, {"status": "confirmed"}, name="clerk: confirm order")
        if "version" in confirmed:
            self.confirmed = [*self.confirmed[-KEPT:], confirmed]

    @task(1)
    def cancel(self) -> None:
        if self.confirmed:
            self._patch(self.confirmed.pop(0), {"status": "cancelled"}, name="clerk: cancel order")

    @task(1)
    def file_paper(self) -> None:
        if self.confirmed:
            self.write(
                "POST",
                f"{ORDERS}/{self.confirmed[-1]['id']}/documents",
                name="clerk: upload document",
                expected=(201,),
                files={"file": ("cmr.txt", _PAPER, "text/plain")},
                data={"type": "cmr"},
            )
            self.confirmed.pop()

    def _patch(self, order: dict[str, Any], change: dict[str, object], *, name: str) -> dict[str, Any]:
        return self.write(
            "PATCH",
            f"{ORDERS}/{order['id']}",
            name=name,
            expected=(200, 409),
            json=change,
            headers={"If-Match": f'"{order["version"]}"'},
        )

    def _items(self, address: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read(address, name=name).get("items", [])
        return found


def _of_one_currency(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["currency"] == items[0]["currency"]]
