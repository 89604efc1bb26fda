"""Prometheus metrics of requests, and the exposition of all metrics of all workers.

With `PROMETHEUS_MULTIPROC_DIR`, which is set before anything is imported, each process writes its figures into files
of that folder, the worker that does jobs as well, and whichever is asked adds them up.
"""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

BUCKETS_S = (
    0.000025, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0
)  # fmt: skip
_REQUESTS = Histogram(
    "catalogue_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer, by where the answer came from: a tier of the"
    " cache as in X-Cache, or `none` where nothing is cached.",
    ("method", "route", "status", "tier"),
    buckets=BUCKETS_S,
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST


def observe_request(method: str, route: str, status: int, duration_s: float, *, tier: str = "none") -> None:
    """Count one request; `route` is its template, so that ids do not become labels."""
    known = method if method in _METHODS else "other"
    request_histogram(known, route, str(status), tier).observe(duration_s)


@lru_cache(maxsize=4_000)
def request_histogram(method: str, route: str, status: str, tier: str) -> Histogram:
    return _REQUESTS.labels(method, route, status, tier)


def add_requests(histogram: Histogram, counts: list[int], seconds: float) -> None:
    """Add many at once: `counts` by bucket, the last beyond all. The library itself only knows one at a time."""
    for bucket, count in zip(histogram._buckets, counts, strict=True):  # noqa: SLF001
        if count:
            bucket.inc(count)
    histogram._sum.inc(seconds)  # noqa: SLF001


def exposition() -> bytes:
    """All metrics of all workers in Prometheus' text format."""
    folder = os.environ.get(_FOLDER)
    if folder is None:
        return generate_latest(REGISTRY)
    _forget_dead_workers(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_dead_workers(folder: Path) -> None:
    """What a worker that was killed last said of its present state is no longer so. Its counters stay."""
    pids = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}
    for pid in pids:
        if not psutil.pid_exists(pid):
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
