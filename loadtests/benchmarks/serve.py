"""`python -m loadtests.benchmarks.serve SERVER MODULE:FACTORY PORT WORKERS`: an ASGI server, or granian by its own RSGI.

Ends with the process that started it.
"""

import gc
import importlib
import multiprocessing
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer

from catalogue.running.settled_answers import answer_settled
from catalogue.running.signals import stop_with_parent
from loadtests.ports import LOOPBACK


def serve_with_uvicorn(target: str, port: int, workers: int) -> None:
    uvicorn.run(
        target,
        factory=True,
        host=LOOPBACK,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        workers=workers,
        log_level="warning",
    )


def serve_with_granian(  # noqa: PLR0913 - what is varied, by name
    target: str,
    port: int,
    workers: int,
    *,
    runtime_mode: RuntimeModes = RuntimeModes.mt,
    loop: Loops = Loops.uvloop,
    interface: Interfaces = Interfaces.ASGI,
) -> None:
    MPServer(
        target,
        factory=True,
        address=LOOPBACK,
        port=port,
        interface=interface,
        loop=loop,
        http=HTTPModes.http1,
        workers=workers,
        runtime_mode=runtime_mode,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve(target_loader=partial(_load, target), wrap_loader=False)


def _load(target: str) -> Any:
    """As `catalogue run` does; other programs have no hits to settle."""
    module, _, factory = target.partition(":")
    application = getattr(importlib.import_module(module), factory)()
    if settled_answer := getattr(application, "settled_answer", None):
        answer_settled(settled_answer)
    return application


SERVERS: dict[str, Callable[[str, int, int], None]] = {
    "uvicorn": serve_with_uvicorn,
    "granian st": partial(serve_with_granian, runtime_mode=RuntimeModes.st),
    "granian mt": serve_with_granian,
    "granian mt, asyncio": partial(serve_with_granian, loop=Loops.asyncio),
    "granian mt, not frozen": serve_with_granian,
    "granian mt, RSGI": partial(serve_with_granian, interface=Interfaces.RSGI),
}


def main() -> None:
    stop_with_parent()
    server, target, port, workers = sys.argv[1:]
    _share_what_is_loaded(target, freeze="not frozen" not in server)
    SERVERS[server](target, int(port), int(workers))


def _share_what_is_loaded(target: str, *, freeze: bool) -> None:
    """As `catalogue run` does: modules are loaded once, and the garbage collector leaves them alone."""
    importlib.import_module(target.partition(":")[0])
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        if freeze:
            gc.freeze()


if __name__ == "__main__":
    main()
