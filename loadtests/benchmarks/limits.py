"""What this machine can do at the most: a bare program, a file from nginx, PostgreSQL and Redis asked directly.

nginx and redis-benchmark take part where they are installed.
"""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from catalogue.embedded.binaries import postgres_program
from catalogue.listing.building import page_statement
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from loadtests.benchmarks.bare import PAGE_BYTES
from loadtests.benchmarks.contestants import BARE_BYTES, CHOSEN_SERVER, Contestant, running
from loadtests.benchmarks.load import Load, put_load
from loadtests.benchmarks.report import Comparison
from loadtests.benchmarks.rounds import Standing
from loadtests.benchmarks.settings import BenchmarkSettings
from loadtests.ports import LOOPBACK, free_port

_START_SECONDS = 10
_FILE = "page.json"


def measure_limits(environment: Mapping[str, str], settings: BenchmarkSettings) -> Iterator[Comparison]:
    """One comparison; the bare ASGI program is the measure of the others."""
    with running(Contestant("bare ASGI", CHOSEN_SERVER, BARE_BYTES), environment) as bare:
        found = {f"bare ASGI, {PAGE_BYTES:,} bytes": _load(bare.port, "/", settings)}
    if (nginx := shutil.which("nginx")) is not None:
        with _nginx(nginx) as port:
            found[f"nginx, a file of {PAGE_BYTES:,} bytes"] = _load(port, f"/{_FILE}", settings)
    found["pgbench, the SQL of a first page"] = _pgbench(environment["DATABASE_URL"], settings)
    if (program := shutil.which("redis-benchmark")) is not None:
        found[f"redis-benchmark, GET {PAGE_BYTES:,} bytes"] = _redis(
            program, environment["REDIS_URL"], settings
        )
    first = next(iter(found.values()))
    yield Comparison("limits of this machine", [_standing(name, load, first) for name, load in found.items()])


def _standing(name: str, load: Load, first: Load) -> Standing:
    ratio = load.requests_per_s / first.requests_per_s
    return Standing(name, load.requests_per_s, ratio, load.p50_ms, load.p99_ms, cpu_us=float("nan"))


def _load(port: int, address: str, settings: BenchmarkSettings) -> Load:
    return put_load(
        port, address, seconds=settings.seconds, connections=settings.connections, body_bytes=PAGE_BYTES
    )


@contextmanager
def _nginx(program: str) -> Iterator[int]:
    """nginx with one worker and one file, on a free port."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        (folder / _FILE).write_bytes(b"0" * PAGE_BYTES)
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
            f" events {{}} http {{ access_log off; open_file_cache max=10; keepalive_requests 1000000000;"
            f" server {{ listen {LOOPBACK}:{port}; root {folder}; }} }}"
        )
        with subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL) as server:
            try:
                _wait_for(port)
                yield port
            finally:
                server.terminate()


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


def _pgbench(database_url: str, settings: BenchmarkSettings) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{_first_page_sql()};\n")
        script.flush()
        command = [
            str(postgres_program("pgbench")),
            "--no-vacuum",
            "--protocol",
            "prepared",
            "--file",
            script.name,
        ]
        command += ["--client", str(settings.connections), "--time", str(settings.seconds), database_url]
        report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    return _read(report, rate=r"tps = ([\d.]+)", latency=r"latency average = ([\d.]+) ms")


def _first_page_sql() -> str:
    """The API's own SQL of a first page, its constants (texts of ours) written out."""
    statement = page_statement(parse_request(PRODUCTS, b"sort=price"), "start")
    constants = {f"${number}": value for number, value in enumerate(statement.arguments({}), start=1)}
    return re.sub(r"\$\d+", lambda found: f"'{constants[found.group()]}'", statement.sql)


def _redis(program: str, redis_url: str, settings: BenchmarkSettings) -> Load:
    """`redis_url` is the socket of the load test's own Redis."""
    command = [
        program,
        "-s",
        unquote(redis_url.removeprefix("unix://")),
        "-t",
        "set,get",
        "-d",
        str(PAGE_BYTES),
    ]
    command += ["-c", str(settings.connections), "-n", "50000"]
    report = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    get = report[report.index("====== GET") :]
    return _read(get, rate=r"([\d.]+) requests per second", latency=r"\n\s+[\d.]+\s+[\d.]+\s+([\d.]+)")


def _read(report: str, *, rate: str, latency: str) -> Load:
    per_second, latency_ms = re.search(rate, report), re.search(latency, report)
    if per_second is None:
        raise ValueError("the report names no rate")
    milliseconds = float(latency_ms.group(1)) if latency_ms else float("nan")
    return Load(0, float(per_second.group(1)), milliseconds, float("nan"))
