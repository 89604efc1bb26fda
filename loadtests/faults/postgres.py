"""PostgreSQL killed in the middle of reading and writing, and back again; the API is not touched."""

import asyncio
import random
import signal
from collections.abc import Sequence
from time import perf_counter

import asyncpg
import httpx

from loadtests.faults.asked import Asked, percentile
from loadtests.faults.asking import ask_at
from loadtests.faults.asking_client import Address
from loadtests.faults.place import API, Place, send_signal
from loadtests.writing.report import Finding, at_least, at_most, exactly

_RATE = 50
_BEFORE_S, _DOWN_S, _AFTER_S = 4, 8, 8
_HOT = 50


async def killed(place: Place) -> Sequence[Finding]:
    """Hits and misses at a steady rate, and a writer who notes what was acknowledged."""
    name = "PostgreSQL killed and back"
    seconds = _BEFORE_S + _DOWN_S + _AFTER_S
    dice = random.Random(5)
    async with place.client() as client:
        for number in range(_HOT):
            (await client.get(f"/products/{number + 1}")).raise_for_status()
        pid = place.server.pid
        started = perf_counter()
        hits = _ask(place, lambda number: f"{API}/products/{number % _HOT + 1}", seconds)
        misses = _ask(
            place,
            lambda _: f"{API}/products?min_price={dice.randrange(1, 1 << 30) / 1e7:.7f}&limit=5&count=none",
            seconds,
        )
        writer = _Writer(client)
        writing = asyncio.create_task(writer.run())
        await asyncio.sleep(_BEFORE_S)
        killed_at = perf_counter() - started
        send_signal(place.postgres, signal.SIGKILL)
        await asyncio.sleep(_DOWN_S)
        await asyncio.to_thread(place.postgres.stop)
        await asyncio.to_thread(place.postgres.start)
        back_at = await _answers(place) - started
        asked = await asyncio.gather(hits, misses)
        writing.cancel()
        lost = await _lost(place, writer.acknowledged)
    found = _Outage(killed_at, back_at, *asked)
    return [
        at_least(name, "hits served while it is down, %", found.hits_served(), 99.9),
        exactly(name, "misses answered neither 200 nor 503", found.odd(), 0),
        at_most(name, "slowest 503, ms", percentile(asked[1].times(503), 100), 1_000),
        at_most(name, "first miss answered after it answers, s", found.recovered_s(), 2),
        at_most(name, "first write taken after it answers, s", writer.recovered_s(started + back_at), 2),
        exactly(name, f"acknowledged writes lost, of {len(writer.acknowledged)}", lost, 0),
        exactly(name, "server processes started anew", int(place.server.pid != pid), 0),
    ]


def _ask(place: Place, address: Address, seconds: float) -> "asyncio.Task[Asked]":
    return asyncio.create_task(ask_at(place.port, address, per_second=_RATE, seconds=seconds))


class _Outage:
    """What was answered from the kill until PostgreSQL answered again, and after."""

    def __init__(self, killed_at: float, back_at: float, hits: Asked, misses: Asked) -> None:
        self._from, self._to = killed_at, back_at
        self._hits, self._misses = hits, misses

    def hits_served(self) -> float:
        during = [hit.status for hit in self._hits.answers if self._from <= hit.due_at <= self._to]
        return 100 * sum(status == 200 for status in during) / max(1, len(during))

    def odd(self) -> int:
        return self._misses.total - self._misses.count(200, 503)

    def recovered_s(self) -> float:
        """From when it answers until a miss that was asked then or later is answered."""
        good = [
            miss.due_at + miss.seconds
            for miss in self._misses.answers
            if miss.status == 200 and miss.due_at >= self._to
        ]
        return max(0.0, min(good, default=float("inf")) - self._to)


async def _answers(place: Place) -> float:
    while True:
        try:
            async with place.database() as database:
                await database.fetchval("SELECT 1")
            return perf_counter()
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.02)


async def _lost(place: Place, acknowledged: Sequence[int]) -> int:
    async with place.database() as database:
        found = await database.fetchval(
            "SELECT count(*) FROM drivers WHERE id = ANY($1::bigint[])", acknowledged
        )
    return len(acknowledged) - int(found)


class _Writer:
    """Makes drivers, one after the other."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.acknowledged: list[int] = []
        self._taken_at: list[float] = []

    async def run(self) -> None:
        while True:
            answer = await self._client.post("/drivers", json={"name": "Fault", "phone": "1"})
            if answer.status_code == 201:
                self.acknowledged.append(answer.json()["id"])
                self._taken_at.append(perf_counter())
            await asyncio.sleep(0.02)

    def recovered_s(self, back_at: float) -> float:
        return min((at for at in self._taken_at if at >= back_at), default=float("inf")) - back_at
