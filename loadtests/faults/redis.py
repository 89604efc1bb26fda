"""Redis away, frozen or emptied under load: nobody notices but by the time it takes."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

import httpx
import orjson
from redis.asyncio import Redis

from loadtests.faults.asked import percentile
from loadtests.faults.asking import ask_at
from loadtests.faults.place import API, Place, send_signal
from loadtests.writing.report import Finding, at_least, at_most, exactly

_RATE = 100
_BEFORE_S, _FAILING_S, _AFTER_S = 3, 10, 5
_KNOWN = 300
Fault = Callable[[Place], Awaitable[None]]


async def stopped(place: Place) -> Sequence[Finding]:
    async def fail(there: Place) -> None:
        await asyncio.to_thread(there.redis.stop)

    async def heal(there: Place) -> None:
        await asyncio.to_thread(there.redis.start)

    return await _while_it_fails(place, "Redis down", fail=fail, heal=heal)


async def frozen(place: Place) -> Sequence[Finding]:
    async def fail(there: Place) -> None:
        send_signal(there.redis, signal.SIGSTOP)

    async def heal(there: Place) -> None:
        send_signal(there.redis, signal.SIGCONT)

    return await _while_it_fails(place, "Redis frozen", fail=fail, heal=heal)


async def wiped(place: Place) -> Sequence[Finding]:
    async def fail(there: Place) -> None:
        async with Redis.from_url(there.redis.url) as redis:
            for _ in range(_FAILING_S):
                await redis.flushall()
                await asyncio.sleep(0.5)

    async def heal(_: Place) -> None:
        return

    return await _while_it_fails(place, "Redis wiped, twice a second", fail=fail, heal=heal)


async def _while_it_fails(place: Place, name: str, *, fail: Fault, heal: Fault) -> Sequence[Finding]:
    """Reads of known answers at a steady rate, and a writer who reads what it wrote, from before until after."""
    async with place.client() as client:
        known = await _known(client)
        seconds = _BEFORE_S + _FAILING_S + _AFTER_S
        dice = random.Random(4)
        numbers = [dice.randrange(1, _KNOWN + 1) for _ in range(_RATE * seconds)]

        def is_right(address: str, status: int, body: bytes) -> bool:
            return status != 200 or orjson.loads(body)["name"] == known[int(address.rpartition("/")[2])]

        reading = asyncio.create_task(
            ask_at(
                place.port,
                lambda number: f"{API}/products/{numbers[number]}",
                per_second=_RATE,
                seconds=seconds,
                check=is_right,
            )
        )
        writer = _Writer(client)
        writing = asyncio.create_task(writer.run())
        await asyncio.sleep(_BEFORE_S)
        began = perf_counter()
        await fail(place)
        await asyncio.sleep(max(0.0, _FAILING_S - (perf_counter() - began)))
        await heal(place)
        healed_s = await place.healed_s(within_s=30)
        asked = await reading
        writing.cancel()
    return [
        at_least(name, "success of reads, %", 100 * asked.count(200) / asked.total, 99.9),
        exactly(name, "wrong answers", asked.wrong, 0),
        at_most(name, "p99 of reads, ms (a figure, no goal)", percentile(asked.times(200), 99), float("inf")),
        exactly(name, f"writes not taken, of {writer.written}", writer.refused, 0),
        exactly(name, f"writes not read back, of {writer.written}", writer.unread, 0),
        at_most(name, "healed after, s", healed_s, 10),
    ]


async def _known(client: httpx.AsyncClient) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, _KNOWN, 100):
        page: dict[str, Any] = (await client.get(f"/products?limit=100&offset={start}&sort=id")).json()
        found |= {item["id"]: item["name"] for item in page["items"]}
    return found


class _Writer:
    """Changes the stock of one product again and again, and reads it back with the token of the write."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.written = self.refused = self.unread = 0

    async def run(self) -> None:
        path = f"/products/{_KNOWN + 1}"
        while True:
            stock = self.written % 1_000
            answer = await self._client.patch(path, json={"stock": stock})
            self.written += 1
            if answer.status_code != 200:
                self.refused += 1
                continue
            token = answer.headers["consistency-token"]
            found = await self._client.get(path, headers={"Consistency-Token": token})
            self.unread += found.status_code == 200 and found.json()["stock"] != stock
            await asyncio.sleep(0.05)
