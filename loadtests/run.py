"""`python -m loadtests.run`: people browsing a server, held to the budgets. The exit code says whether they were kept.

Starts PostgreSQL, Redis and the server on a free port with a seeded database, runs Locust without its web
page, and stops what it started. LOADTEST_HOST takes a server that already runs instead. The other settings
are in `loadtests/settings.py`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.embedded import EmbeddedServerError
from catalogue.running.errors import OperatorError
from catalogue.running.server_process import ServerProcess
from catalogue.running.signals import StopRequested, StopSignals
from loadtests.databases import seeded_databases
from loadtests.ports import LOOPBACK, free_port
from loadtests.settings import LoadTestSettings

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PROJECT = LOCUSTFILE.parents[1]
REPORT_NAME = "loadtest.html"
_ARRIVING_SHARE = 0.5
_SECONDS_TO_FINISH = 5
_MARGIN_SECONDS = 60
_STOPPED = 130


def main() -> int:
    settings = LoadTestSettings()
    try:
        with StopSignals(), _host(settings) as host:
            return run_locust(settings, host)
    except (OperatorError, EmbeddedServerError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except StopRequested:
        return _STOPPED


def run_locust(settings: LoadTestSettings, host: str) -> int:
    """Run Locust against `host` for a bounded time, leave its HTML report; returns its exit code."""
    settings.reports.mkdir(parents=True, exist_ok=True)
    report = settings.reports.absolute() / REPORT_NAME
    arrivals_per_second = settings.users / (settings.seconds * _ARRIVING_SHARE)
    command = [sys.executable, "-m", "locust", "--locustfile", str(LOCUSTFILE), "--host", host, "--headless"]
    command += ["--users", str(settings.users), "--spawn-rate", str(arrivals_per_second)]
    command += ["--run-time", f"{settings.seconds}s", "--stop-timeout", "5", "--only-summary"]
    command += ["--html", str(report)]
    environment = dict(os.environ, LOADTEST_BUDGETS=str(settings.budgets.absolute()))
    finished = subprocess.run(
        command, cwd=PROJECT, env=environment, check=False, timeout=settings.seconds + _MARGIN_SECONDS
    )
    print(f"Report: {report}")
    return finished.returncode


@contextmanager
def _host(settings: LoadTestSettings) -> Iterator[str]:
    """The server to load: the given one, or one started here and stopped afterwards."""
    if settings.host:
        yield settings.host.rstrip("/")
        return
    with (
        seeded_databases(products=settings.products, orders=settings.orders) as environment,
        ServerProcess() as server,
    ):
        port = free_port()
        environment |= {"HOST": LOOPBACK, "PORT": str(port), "LOG_LEVEL": "warning"}
        server.serve(environment, host=LOOPBACK, port=port, seconds_to_finish=_SECONDS_TO_FINISH)
        yield f"http://{LOOPBACK}:{port}"


if __name__ == "__main__":
    sys.exit(main())
