"""The server process: granian with its workers, each serving the application.

Started by the supervisor as `python -m catalogue.running.server`, with a pipe as its standard input. It imports
the application while the databases start, and serves when a line with its environment (JSON) comes through the
pipe. The pipe stays open as long as the supervisor lives: when the supervisor is gone this ends, and when this is
gone the workers end.
"""

import gc
import importlib
import json
import multiprocessing
import os
import resource
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from catalogue.changes.ending import STOP_SOON
from catalogue.running.settled_answers import answer_settled
from catalogue.running.shared_metrics import shared_metrics
from catalogue.settings import ServerSettings, load_settings

MAX_HEADER_BYTES = 131_072
BACKLOG = 4_096
MOST_CONNECTIONS = 16_384
"""Connections that one worker keeps, idle ones included: granian's own bound lets a thousand idle ones lock others out."""

GC_THRESHOLDS = (2_000, 5, 250)
"""Looking through a full cache for cycles takes a tenth of a second in which nobody is answered. It holds none, and what
does is found young, so everything is looked through once in many minutes instead of every few seconds.
"""

_APPLICATION_MODULE = "catalogue.app"
_APPLICATION_FACTORY = "create_app"


class StreamEndingServer(MPServer):
    """Tells its workers when it is about to stop, so that they end the streams it would wait for."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, STOP_SOON)


def main() -> None:
    with shared_metrics():
        importlib.import_module(_APPLICATION_MODULE)
        order = sys.stdin.readline()
        if not order:
            return
        os.environ.update(json.loads(order))
        _in_background(_end_with_supervisor)
        _share_what_is_loaded()
        build_server(load_settings().server).serve(target_loader=load_application, wrap_loader=False)


def build_server(settings: ServerSettings) -> MPServer:
    return StreamEndingServer(
        f"{_APPLICATION_MODULE}:{_APPLICATION_FACTORY}",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.header_timeout_s * 1_000, max_buffer_size=MAX_HEADER_BYTES
        ),
        backlog=BACKLOG,
        backpressure=_most_connections(),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=settings.shutdown_timeout_s,
    )


def _most_connections() -> int:
    """Within what the system lets this process open, leaving room for files and for connections of our own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < MOST_CONNECTIONS * 2 and soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(128, min(MOST_CONNECTIONS, soft // 2))


def load_application() -> Any:
    """Build the application; called in each worker."""
    _in_background(_end_with_parent)
    gc.set_threshold(*GC_THRESHOLDS)
    application = getattr(importlib.import_module(_APPLICATION_MODULE), _APPLICATION_FACTORY)()
    answer_settled(application.settled_answer)
    return application


def _share_what_is_loaded() -> None:
    """Let the workers start as copies of this process, with the application's modules in shared memory."""
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        gc.freeze()


def _end_with_supervisor() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True, name=work.__name__).start()


if __name__ == "__main__":
    main()
