"""Somebody who sends in a price list now and then, and waits until it is in."""

import random
from time import monotonic, sleep

from locust import task

from loadtests.people.addresses import API, PRODUCTS
from loadtests.people.visitor import Visitor, pauses

ROWS = 500
PATIENCE_S = 60
_ENDED = {"completed", "failed", "cancelled"}


class Importer(Visitor):
    """Sends the same articles each time with other prices, so that the table does not grow with the run."""

    fixed_count = 1
    wait_time = pauses(5, 10)

    def on_start(self) -> None:
        found = self.read(f"{PRODUCTS}?limit=1", name="importer: sample").get("items") or [None]
        self.sample = found[0]

    @task
    def send_price_list(self) -> None:
        if self.sample is None:
            return
        started = monotonic()
        job = self.write(
            "POST",
            f"{API}/imports",
            name="import: send file",
            expected=(202,),
            files={"file": ("prices.csv", self._price_list(), "text/csv")},
            data={"on_error": "reject_row"},
        )
        status = job.get("status")
        while status is not None and status not in _ENDED and monotonic() - started < PATIENCE_S:
            sleep(0.5)
            status = self.read(f"{API}/imports/{job['id']}", name="import: progress").get("status")
        failure = None if status == "completed" else RuntimeError(f"the import is {status}")
        self.environment.events.request.fire(
            request_type="JOB",
            name="import: whole file",
            response_time=(monotonic() - started) * 1_000,
            response_length=0,
            exception=failure,
            context={},
        )

    def _price_list(self) -> bytes:
        rows = [
            f"LOAD-{number:05},Load test article {number},{self.sample['category']},{self.sample['brand']},"
            f"{random.randrange(100, 99_999) / 100:.2f},{self.sample['currency']},100"
            for number in range(ROWS)
        ]
        return "\n".join(["sku,name,category,brand,price,currency,stock", *rows]).encode()
