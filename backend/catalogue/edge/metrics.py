"""Prometheus metrics. With several workers they are shared through the folder PROMETHEUS_MULTIPROC_DIR."""

import os
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

_REQUESTS = Histogram(
    "catalogue_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ("method", "route", "status"),
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CONTENT_TYPE = CONTENT_TYPE_LATEST


def observe_request(method: str, route: str, status: int, duration_s: float) -> None:
    """Count one request; `route` is its template, so that ids do not become labels."""
    _request_histogram(method if method in _METHODS else "other", route, status).observe(duration_s)


@lru_cache(maxsize=2_000)
def _request_histogram(method: str, route: str, status: int) -> Histogram:
    return _REQUESTS.labels(method, route, str(status))


def exposition() -> bytes:
    """All metrics of all workers in Prometheus' text format."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return generate_latest(REGISTRY)
    _forget_dead_workers(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_dead_workers(folder: Path) -> None:
    """What a worker kept ends with it; what it counted does not."""
    for kept in folder.glob("gauge_live*_*.db"):
        process_id = int(kept.stem.rpartition("_")[2])
        if not psutil.pid_exists(process_id):
            mark_process_dead(process_id, str(folder))  # type: ignore[no-untyped-call]
