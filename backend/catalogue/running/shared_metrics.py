"""A folder for the figures of all processes, so that each can tell of all.

It must be known before anything counts, which is when the library is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Let this process and those that it starts share one, which is new unless there is one already."""
    if os.environ.get(FOLDER):
        yield
        return
    with TemporaryDirectory(prefix="catalogue-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]
