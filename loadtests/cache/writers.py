"""Writers of products, through the API and past it; each has products of its own, so that their changes have an order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic

import asyncpg

from loadtests.cache.connections import Connection
from loadtests.cache.ledger import Ledger
from loadtests.keys import SHOWN

_UPDATE = "UPDATE products SET stock = $2 WHERE id = $1"


async def write_with_sql(
    database_url: str, ledger: Ledger, products: Sequence[int], *, per_s: float, until: Callable[[], bool]
) -> None:
    """As psql would; goes on with another connection when PostgreSQL was away."""
    connection: asyncpg.Connection | None = None
    async for product in _turns(products, per_s=per_s, until=until):
        try:
            connection = connection or await asyncpg.connect(database_url)
            await connection.execute(_UPDATE, product, ledger.next_number(product))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            connection = None
            await asyncio.sleep(0.01)
        else:
            ledger.committed(product)
    if connection is not None:
        await connection.close()


async def write_with_api(
    connections: Sequence[Connection],
    ledger: Ledger,
    products: Sequence[int],
    *,
    per_s: float,
    until: Callable[[], bool],
) -> None:
    """PATCH on the first connection; each is then read with its token on another, and without one on the same."""
    own, others = connections[0], connections[1:]
    async for product in _turns(products, per_s=per_s, until=until):
        number, path = ledger.next_number(product), f"/products/{product}"
        answer = await own.ask(path, method="PATCH", headers=SHOWN, body={"stock": number})
        if answer.status != 200:
            ledger.refuse("a write", answer)
            continue
        ledger.committed(product)
        token = {"Consistency-Token": answer.headers["consistency-token"]}
        ledger.seen_by_writer(await others[number % len(others)].ask(path, headers=token), number)
        if number % 4 == 0:
            ledger.seen_by_writer(await own.ask(path), number)


async def _turns(products: Sequence[int], *, per_s: float, until: Callable[[], bool]) -> AsyncIterator[int]:
    """The product of each turn, when its time has come."""
    started, number = monotonic(), 0
    while not until():
        if (early_s := started + number / per_s - monotonic()) > 0:
            await asyncio.sleep(early_s)
        yield products[number % len(products)]
        number += 1
