"""`python -m loadtests.run`: people using a server, held to the budgets. The exit code says whether they were kept.

Starts PostgreSQL, Redis, the server and its worker on a free port with a seeded database, runs Locust without its web
page, and stops what it started. LOADTEST_HOST takes a server that already runs instead. The other settings
are in `loadtests/settings.py`, the courses in `loadtests/shapes.py`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.server_process import ServerProcess
from catalogue.running.signals import StopRequested, StopSignals
from catalogue.running.worker_process import WorkerProcess
from loadtests.budgets import read_budgets
from loadtests.databases import seeded_databases
from loadtests.keys import ADMIN_KEY, key_of_running_server
from loadtests.people.addresses import PRODUCTS
from loadtests.plotting import HISTORY_SUFFIX, plot_run
from loadtests.ports import LOOPBACK, free_port
from loadtests.processors import apart
from loadtests.settings import LoadTestSettings
from loadtests.watching import Watched, watching

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PROJECT = LOCUSTFILE.parents[1]
REPORT_NAME = "loadtest.html"
_SECONDS_TO_FINISH = 5
_MARGIN_SECONDS = 60
_STOPPED = 130


@dataclass(frozen=True, slots=True)
class Target:
    """The server to load, with the key to show; `process_id` and `environment` where it was started here."""

    host: str
    api_key: str
    environment: dict[str, str]
    process_id: int | None = None


def main() -> int:
    settings = LoadTestSettings()
    try:
        with StopSignals(), apart(wanted=settings.course().apart) as move, _target(settings) as target:
            move()
            return run_load_test(settings, target)
    except (OperatorError, EmbeddedServerError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except StopRequested:
        return _STOPPED


def run_load_test(settings: LoadTestSettings, target: Target) -> int:
    """Run Locust for a bounded time and leave report, tables and picture; returns 1 when a budget was not kept."""
    settings.reports.mkdir(parents=True, exist_ok=True)
    exit_code, watched = _run_locust(settings, target)
    return 1 if _grew_too_much(settings, watched) else exit_code


def _run_locust(settings: LoadTestSettings, target: Target) -> tuple[int, Watched]:
    course, reports = settings.course(), settings.reports.absolute()
    prefix = reports / "loadtest"
    command = [sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--host", target.host]
    command += ["--headless", "--stop-timeout", "5", "--only-summary", "--loglevel", "WARNING"]
    command += [
        "--html",
        str(reports / REPORT_NAME),
        "--csv",
        str(prefix),
        "--csv-full-history",
        *course.people,
    ]
    environment = dict(
        os.environ, **target.environment, LOADTEST_REPORTS=str(reports), LOADTEST_API_KEY=target.api_key
    )
    with (
        subprocess.Popen(command, cwd=PROJECT, env=environment) as locust,
        watching(server=target.process_id, generator=locust.pid) as watched,
    ):
        try:
            exit_code = locust.wait(course.seconds + _MARGIN_SECONDS)
        except BaseException:
            locust.terminate()
            raise
    plot_run(Path(f"{prefix}{HISTORY_SUFFIX}"), prefix.with_suffix(".png"))
    print(f"Report: {reports / REPORT_NAME}, picture: {prefix.with_suffix('.png')}")
    return exit_code, watched


def _grew_too_much(settings: LoadTestSettings, watched: Watched) -> bool:
    print(watched.processors())
    if not watched.memory_bytes:
        return False
    budgets = read_budgets(settings.budgets, settings.shape)
    memory_mb = watched.memory_bytes[-1] / 1e6
    print(
        f"Server: {memory_mb:,.0f} MB at the end; from the second quarter to the last its memory changed"
        f" to {watched.memory_growth:.0%} and its connections to {watched.connection_growth:.0%}."
    )
    grown = {
        "memory": (watched.memory_growth, budgets.memory_growth),
        "connections": (watched.connection_growth, budgets.connection_growth),
    }
    over = {what: pair for what, pair in grown.items() if pair[0] > pair[1]}
    for what, (growth, allowed) in over.items():
        print(f"Over budget: {what} at {growth:.0%} of what there was, allowed: {allowed:.0%}")
    return bool(over)


@contextmanager
def _target(settings: LoadTestSettings) -> Iterator[Target]:
    """The server to load: the given one, or one started here and stopped afterwards."""
    if settings.host:
        host, key = settings.host.rstrip("/"), key_of_running_server()
        _see_to_it_that_people_are_let_in(host, key)
        yield Target(host, key, {})
        return
    with (
        seeded_databases(products=settings.products, orders=settings.orders) as environment,
        ServerProcess() as server,
    ):
        port = free_port()
        environment |= {"HOST": LOOPBACK, "PORT": str(port), "LOG_LEVEL": "warning"}
        environment["WORKERS"] = str(settings.workers)
        with WorkerProcess(environment):
            server.serve(environment, host=LOOPBACK, port=port, seconds_to_finish=_SECONDS_TO_FINISH)
            yield Target(f"http://{LOOPBACK}:{port}", ADMIN_KEY, environment, server.pid)


def _see_to_it_that_people_are_let_in(host: str, api_key: str) -> None:
    """Raises OperatorError where nobody answers, or where the key is refused: all requests of a run would fail."""
    try:
        answer = httpx.get(f"{host}{PRODUCTS}?limit=1", headers={"X-API-Key": api_key} if api_key else {})
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise OperatorError(f"No server answers at LOADTEST_HOST={host}: {error}") from error
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise OperatorError(
            f"{host} does not know the key that is shown: set LOADTEST_API_KEY to one of its own"
        )


if __name__ == "__main__":
    sys.exit(main())
