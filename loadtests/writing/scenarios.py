"""Writers who get in each other's way, and what must come of it."""

import asyncio
import itertools
import random
from collections.abc import Sequence

import httpx

from loadtests.writing.report import Finding, at_least, exactly
from loadtests.writing.serving import Served, with_patience
from loadtests.writing.shop import add_product, order_body, prepare, wrong_totals

_LINES = 5


async def same_key(served: Served, *, clients: int, rounds: int) -> Sequence[Finding]:
    """In each round all clients post the same order with the same key."""
    async with served.database() as database, served.client(clients) as client:
        terminal = await prepare(database)
        product = await add_product(database, "SAME-KEY", stock=1)
        body = order_body(terminal, product, "same key")
        answers = 0
        for turn in range(rounds):
            headers = {"Idempotency-Key": f"round {turn}"}
            posts = [
                with_patience(client, "POST", "/orders", in_flight=True, json=body, headers=headers)
                for _ in range(clients)
            ]
            answers += len({answer.content for answer in await asyncio.gather(*posts)})
        orders = await database.fetchval("SELECT count(*) FROM orders WHERE customer_name = 'same key'")
    name = f"{clients} clients x {rounds} rounds, one key a round"
    return [
        exactly(name, "orders", orders, rounds),
        exactly(name, "different answers", answers, rounds),
    ]


async def buyers(served: Served, *, count: int, units: int, kills: int) -> Sequence[Finding]:
    """So many buyers confirm an order for one of a few units while `kills` workers are killed at random."""
    async with served.database() as database, served.client(50) as client:
        terminal = await prepare(database)
        product = await add_product(database, "FEW", stock=units)
        body = order_body(terminal, product, "buyer")

        async def buy(number: int) -> int:
            headers = {"Idempotency-Key": f"buyer {number}"}
            made = await with_patience(client, "POST", "/orders", in_flight=True, json=body, headers=headers)
            path = f"/orders/{made.json()['id']}"
            confirmed = await with_patience(client, "PATCH", path, json={"status": "confirmed"})
            return confirmed.status_code

        killer = _Killer(served)
        killing = asyncio.create_task(killer.run(kills))
        statuses = await asyncio.gather(*(buy(number) for number in range(count)))
        killing.cancel()
        sold = await database.fetchval(
            "SELECT count(*) FROM orders WHERE customer_name = 'buyer' AND status = 'confirmed'"
        )
        left = await database.fetchval("SELECT stock FROM products WHERE id = $1", product)
        orders = await database.fetchval("SELECT count(*) FROM orders WHERE customer_name = 'buyer'")
        wrong = await wrong_totals(database, "buyer")
    name = f"{count} buyers of {units} units, workers killed"
    return [
        at_least(name, "workers killed", killer.killed, kills),
        exactly(name, "orders", orders, count),
        exactly(name, "sold", sold, units),
        exactly(name, "told that they bought", statuses.count(200), units),
        exactly(name, "left in stock", left, 0),
        exactly(name, "totals that differ from their lines", wrong, 0),
    ]


async def patches(served: Served, *, count: int) -> Sequence[Finding]:
    """So many changes of one version at once."""
    async with served.database() as database, served.client(count) as client:
        await prepare(database)
        path = f"/products/{await add_product(database, 'PATCHED', stock=0)}"
        changes = [
            with_patience(client, "PATCH", path, json={"stock": number}, headers={"If-Match": '"1"'})
            for number in range(1, count + 1)
        ]
        statuses = [answer.status_code for answer in await asyncio.gather(*changes)]
        version = await database.fetchval("SELECT version FROM products WHERE sku = 'PATCHED'")
    name = f"{count} PATCHes of one version"
    return [
        exactly(name, "successes", statuses.count(200), 1),
        exactly(name, "412", statuses.count(412), count - 1),
        exactly(name, "version", version, 2),
    ]


async def crash(served: Served, *, count: int) -> Sequence[Finding]:
    """Every worker is killed while orders are made; then each client repeats what got no answer."""
    async with served.database() as database, served.client(20) as client:
        terminal = await prepare(database)
        product = await add_product(database, "CRASH", stock=1)
        body = order_body(terminal, product, "crash", lines=_LINES)
        posts = [asyncio.create_task(_post_once(client, body, f"crash {number}")) for number in range(count)]
        for answer in itertools.islice(asyncio.as_completed(posts), count // 4):
            await answer
        served.kill_all_workers()
        answered = {number for number in await asyncio.gather(*posts) if number is not None}
        known = {
            row["id"] for row in await database.fetch("SELECT id FROM orders WHERE customer_name = 'crash'")
        }
        wrong = await wrong_totals(database, "crash")
        for number in range(count):
            headers = {"Idempotency-Key": f"crash {number}"}
            await with_patience(client, "POST", "/orders", in_flight=True, json=body, headers=headers)
        orders = await database.fetchval("SELECT count(*) FROM orders WHERE customer_name = 'crash'")
    name = f"kill -9 in the middle of {count} orders"
    return [
        Finding(name, "answers lost", f"{count - len(answered)}", "> 0", len(answered) < count),
        exactly(name, "half orders", wrong, 0),
        exactly(name, "answered, but not there", len(answered - known), 0),
        exactly(name, "orders after every client has tried again", orders, count),
    ]


async def _post_once(client: httpx.AsyncClient, body: object, key: str) -> int | None:
    try:
        answer = await client.post("/orders", json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return None
    return int(answer.json()["id"]) if answer.status_code == 201 else None


class _Killer:
    """Kills a worker now and then."""

    def __init__(self, served: Served) -> None:
        self.killed = 0
        self._served = served

    async def run(self, kills: int) -> None:
        while self.killed < kills:
            await asyncio.sleep(random.uniform(0.2, 1.0))
            self.killed += self._served.kill_a_worker()
