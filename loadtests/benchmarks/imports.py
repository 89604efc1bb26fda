"""Imports and exports over HTTP, beside the same rows moved by a bare COPY, and what both do to memory and to reads.

A database of its own is filled from nothing. Every rate is of the whole: from the upload's first byte until the job
has ended, or until the export's last byte.
"""

import asyncio
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

import asyncpg
import httpx
import psutil

from catalogue.settings import ServerSettings
from loadtests.benchmarks.contestants import (
    APPLICATION,
    CHOSEN_SERVER,
    Contestant,
    ContestantError,
    Running,
    running,
)
from loadtests.benchmarks.imports_files import FIELDS, copy_source, write_file
from loadtests.benchmarks.imports_worker import worker
from loadtests.benchmarks.load import Load, put_load
from loadtests.databases import empty_databases
from loadtests.keys import SHOWN
from loadtests.ports import LOOPBACK

API = "/api/v1"
_PAGE = f"{API}/products?sort=price&count=none"
_EVERYTHING = f"SELECT {', '.join(FIELDS)} FROM products ORDER BY id"  # noqa: S608 - our own names
_PATIENCE_S = 3_600
_READERS = 4
_ENDED = {"completed", "failed", "cancelled"}


@dataclass(slots=True)
class ImportFigures:
    """Rates in rows a second, memory in bytes; `reads` are p99 in milliseconds."""

    rows: int
    rates: dict[str, float] = field(default_factory=dict)
    growth_bytes: dict[str, int] = field(default_factory=dict)
    reads: dict[str, float] = field(default_factory=dict)


def measure_imports(rows: int, *, seconds: int) -> ImportFigures:
    """Import `rows` products into nothing, again, and more of them beside readers; then export them all."""
    folder = ServerSettings().data_dir.absolute() / "loadtest" / "imports"
    shutil.rmtree(folder, ignore_errors=True)
    figures = ImportFigures(rows)
    with (
        empty_databases(folder) as environment,
        running(Contestant("the API", CHOSEN_SERVER, APPLICATION), environment) as api,
        worker(environment) as working,
    ):
        bench = _Bench(api, working, environment["DATABASE_URL"], folder, figures)
        bench.imports(rows)
        bench.reads_beside(rows, seconds=seconds)
        bench.exports()
    shutil.rmtree(folder, ignore_errors=True)
    return figures


@dataclass(frozen=True, slots=True)
class _Bench:
    api: Running
    worker: psutil.Process
    database_url: str
    folder: Path
    figures: ImportFigures

    def imports(self, rows: int) -> None:
        rates = self.figures.rates
        first = write_file(self.folder / "first.csv", "A", rows)
        with self._watched("import"):
            rates["import into an empty table"] = self._import(first, rows)
            rates["the same file again"] = self._import(first, rows)
            copied = [self._copy(name, rows) for name in ("B",)]
            more = write_file(self.folder / "more.csv", "C", rows)
            rates["import of new rows into a full table"] = self._import(more, rows)
            copied.append(self._copy("D", rows))
        rates["bare COPY into the full table"] = statistics.mean(copied)

    def reads_beside(self, rows: int, *, seconds: int) -> None:
        size = len(self.api.answer(_PAGE)[1])
        self.figures.reads["alone"] = self._load(size, seconds).p99_ms
        more = write_file(self.folder / "beside.csv", "E", rows)
        job = self._post(more)
        self.figures.reads["beside an import"] = self._load(size, seconds).p99_ms
        if self._job(job)["status"] in _ENDED:
            raise ContestantError("the import ended before the readers did: import more rows")
        self._wait(job)

    def exports(self) -> None:
        count = asyncio.run(_count(self.database_url))
        for name in ("csv", "ndjson"):
            with self._watched(f"export as {name}"):
                self.figures.rates[f"export as {name}"] = count / self._export(name)
        self.figures.rates["bare COPY TO STDOUT"] = count / asyncio.run(_copy_out(self.database_url))

    def _import(self, path: Path, rows: int) -> float:
        started = perf_counter()
        job = self._wait(self._post(path))
        taken = perf_counter() - started
        done = int(job["rows_created"]) + int(job["rows_unchanged"])
        if job["status"] != "completed" or done != rows:
            raise ContestantError(f"the import went wrong: {job}")
        return rows / taken

    def _post(self, path: Path) -> int:
        with path.open("rb") as file:
            answer = httpx.post(
                self._address("/imports"),
                headers=SHOWN,
                files={"file": (path.name, file)},
                data={"create_categories": "true", "create_brands": "true"},
                timeout=_PATIENCE_S,
            )
        answer.raise_for_status()
        return int(answer.json()["id"])

    def _job(self, job: int) -> dict[str, int | str]:
        found: dict[str, int | str] = httpx.get(
            self._address(f"/imports/{job}"), headers=SHOWN, timeout=30
        ).json()
        return found

    def _wait(self, job: int) -> dict[str, int | str]:
        deadline = perf_counter() + _PATIENCE_S
        while (found := self._job(job))["status"] not in _ENDED and perf_counter() < deadline:
            sleep(0.1)
        return found

    def _copy(self, name: str, rows: int) -> float:
        return rows / asyncio.run(_copy_in(self.database_url, name, rows))

    def _export(self, name: str) -> float:
        started = perf_counter()
        address = self._address(f"/products/export?format={name}")
        with httpx.stream(
            "GET", address, timeout=60, headers={"Accept-Encoding": "identity", **SHOWN}
        ) as answer:
            answer.raise_for_status()
            for _ in answer.iter_raw():
                pass
        return perf_counter() - started

    def _load(self, size: int, seconds: int) -> Load:
        return put_load(self.api.port, _PAGE, seconds=seconds, connections=_READERS, body_bytes=size)

    def _address(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.api.port}{API}{path}"

    @contextmanager
    def _watched(self, name: str) -> Iterator[None]:
        """Note by how much the server and the worker grow meanwhile, at their largest."""
        server = max(self.api.process.children(recursive=True), key=_memory, default=self.api.process)
        for who, process in (("server", server), ("worker", self.worker)):
            self.figures.growth_bytes[f"{who}, {name}"] = -_memory(process)
        ended = threading.Event()
        peaks = {"server": 0, "worker": 0}

        def watch() -> None:
            while not ended.wait(0.05):
                for who, process in (("server", server), ("worker", self.worker)):
                    peaks[who] = max(peaks[who], _memory(process))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()
        for who, peak in peaks.items():
            self.figures.growth_bytes[f"{who}, {name}"] += peak


def _memory(process: psutil.Process) -> int:
    return int(process.memory_info().rss)


async def _copy_in(database_url: str, name: str, rows: int) -> float:
    connection = await asyncpg.connect(database_url)
    started = perf_counter()
    await connection.copy_to_table("products", source=copy_source(name, rows), columns=FIELDS, format="csv")
    taken = perf_counter() - started
    await connection.close()
    return taken


async def _copy_out(database_url: str) -> float:
    async def sink(_data: bytes) -> None:
        """Nobody wants it."""

    connection = await asyncpg.connect(database_url)
    started = perf_counter()
    await connection.copy_from_query(_EVERYTHING, output=sink, format="csv")
    taken = perf_counter() - started
    await connection.close()
    return taken


async def _count(database_url: str) -> int:
    connection = await asyncpg.connect(database_url)
    found: int = await connection.fetchval("SELECT count(*) FROM products")
    await connection.close()
    return found
