"""Other people's programs, for what this machine can do at the most: nginx, pgbench and redis-benchmark.

nginx and redis-benchmark take part where they are installed; pgbench comes with the PostgreSQL that is started here.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import nan
from pathlib import Path
from urllib.parse import unquote

from catalogue.embedded.binaries import postgres_program
from catalogue.listing.building import page_statement
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from loadtests.benchmarks.entrants import Entrant, asked_at, measured
from loadtests.benchmarks.load import Load
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.ports import LOOPBACK, free_port

_START_SECONDS = 10
_TIMEOUT_SECONDS = 120
_REDIS_REQUESTS_A_SECOND = 15_000
_FILE = "page.json"
_SYSTEM_PROGRAMS = "/usr/local/sbin:/usr/sbin:/sbin"


@contextmanager
def nginx_file(content: bytes, settings: BenchmarkSettings) -> Iterator[list[Entrant]]:
    """nginx with one worker and one file, on a free port; nobody where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_SYSTEM_PROGRAMS}")
    if program is None:
        yield []
        return
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        (folder / _FILE).write_bytes(content)
        configuration = folder / "nginx.conf"
        configuration.write_text(_configuration(folder, port))
        with subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL) as server:
            try:
                _wait_for(port)
                yield [asked_at(port, f"/{_FILE}", settings, name="nginx, a file", body_bytes=len(content))]
            finally:
                server.terminate()


def redis_get(redis_url: str, size_bytes: int, settings: BenchmarkSettings) -> list[Entrant]:
    """GETs of a value, by redis-benchmark on the socket of the benchmarks' own Redis; nobody where it is not installed."""
    program = shutil.which("redis-benchmark")
    if program is None:
        return []
    command = [
        program,
        "-s",
        unquote(redis_url.removeprefix("unix://")),
        "-t",
        "set,get",
        "-d",
        str(size_bytes),
    ]
    command += ["-c", str(settings.connections), "-n"]

    def run(seconds: int) -> Load:
        report = _report([*command, str(seconds * _REDIS_REQUESTS_A_SECOND)])
        get = report[report.index("====== GET") :]
        return _read(get, rate=r"([\d.]+) requests per second", latency=r"\n\s+[\d.]+\s+[\d.]+\s+([\d.]+)")

    return [measured("redis-benchmark, GET", run)]


def pgbench(name: str, script: str, database_url: str, settings: BenchmarkSettings) -> Entrant:
    """A script of SQL, prepared, on as many connections as there are requests under way elsewhere."""
    program = str(postgres_program("pgbench"))

    def run(seconds: int) -> Load:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            command = [program, "--no-vacuum", "--protocol", "prepared", "--file", file.name]
            command += ["--client", str(settings.connections), "--time", str(seconds), database_url]
            report = _report(command)
        return _read(report, rate=r"tps = ([\d.]+)", latency=r"latency average = ([\d.]+) ms")

    return measured(f"pgbench, {name}", run)


def first_page_script() -> str:
    """The API's own SQL of a first page, its constants (texts of ours) written out."""
    statement = page_statement(parse_request(PRODUCTS, b"sort=price"), "start")
    constants = {f"${number}": value for number, value in enumerate(statement.arguments({}), start=1)}
    return re.sub(r"\$\d+", lambda found: f"'{constants[found.group()]}'", statement.sql) + ";\n"


def _configuration(folder: Path, port: int) -> str:
    temporary = "".join(
        f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f" events {{}} http {{ access_log off; open_file_cache max=10; keepalive_requests 1000000000;{temporary}"
        f" server {{ listen {LOOPBACK}:{port}; root {folder}; }} }}"
    )


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _report(command: list[str]) -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
    ).stdout


def _read(report: str, *, rate: str, latency: str) -> Load:
    per_second, latency_ms = re.search(rate, report), re.search(latency, report)
    if per_second is None:
        raise ValueError("the report names no rate")
    return Load(0, float(per_second.group(1)), float(latency_ms.group(1)) if latency_ms else nan, nan)
