"""What a worker says of its jobs in the metrics."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from pgqueuer.errors import RetryRequested
from prometheus_client import Counter, Gauge

_RUNNING = Gauge("catalogue_jobs_running", "Jobs under way.", ("entrypoint",), multiprocess_mode="livesum")
_ENDED = Counter(
    "catalogue_jobs_ended_total",
    "Jobs that ended: done, failed, or put back into the queue to be tried again.",
    ("entrypoint", "outcome"),
)
_SECONDS = Counter(
    "catalogue_jobs_seconds_total",
    "Seconds that jobs took, those included that were put back.",
    ("entrypoint",),
)
_OUTCOMES = ("done", "failed", "put back")


@contextmanager
def counted(entrypoint: str) -> Iterator[None]:
    """Count the job that is done in here."""
    started_at, outcome = monotonic(), "failed"
    _RUNNING.labels(entrypoint).inc()
    try:
        yield
        outcome = "done"
    except RetryRequested:
        outcome = "put back"
        raise
    finally:
        _RUNNING.labels(entrypoint).dec()
        _ENDED.labels(entrypoint, outcome).inc()
        _SECONDS.labels(entrypoint).inc(monotonic() - started_at)


def begin_at_nothing(*entrypoints: str) -> None:
    """Show every figure from the start: a rate cannot see the first of what was not there before."""
    for entrypoint in entrypoints:
        _RUNNING.labels(entrypoint).set(0)
        _SECONDS.labels(entrypoint)
        for outcome in _OUTCOMES:
            _ENDED.labels(entrypoint, outcome)
