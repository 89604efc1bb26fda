"""`python -m loadtests.profiling [hit] [shared-hit] [miss]`: where the server's time goes, as flame graphs and as a table.

Runs the application on a seeded database, puts it under load, and lets py-spy look at it. A hit asks for one list again
and again; a miss asks the same of a server whose cache is off. Needs leave to look into processes: root, or
`kernel.yama.ptrace_scope` 0.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

import click
import psutil

from catalogue.running.signals import StopRequested, StopSignals
from loadtests.benchmarks.answers import require_page
from loadtests.benchmarks.contestants import APPLICATION, CHOSEN_SERVER, Contestant, Running, running
from loadtests.benchmarks.load import put_load
from loadtests.databases import seeded_databases
from loadtests.settings import REPORTS

ADDRESS = "/api/v1/products?sort=price"
PATHS: dict[str, dict[str, str]] = {
    "hit": {},
    "shared-hit": {"CACHE_LOCAL_MB": "0"},
    "miss": {"CACHE": "off"},
}
SECONDS = 10
CONNECTIONS = 16
SHOWN = 15
_LOOK_S = 1.0
_STOPPED = 130


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(PATHS)))
def main(names: Sequence[str]) -> None:
    """Record where the time goes on a hit, on a hit in Redis, on a miss, or on each."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    try:
        with StopSignals(), seeded_databases(products=100_000, orders=100_000) as environment:
            for name in names or PATHS:
                raw = record(name, {**environment, **PATHS[name]})
                click.echo(f"\n{table(name, raw)}")
    except StopRequested:
        sys.exit(_STOPPED)


def record(name: str, environment: Mapping[str, str]) -> str:
    """Write `profile-<name>.svg`; returns py-spy's stacks, one line each with its number of samples."""
    with running(Contestant(name, CHOSEN_SERVER, APPLICATION), environment) as server:
        require_page(server, ADDRESS)
        load = Thread(target=_load, args=(server,))
        load.start()
        raw = _look(server, REPORTS / f"profile-{name}.svg")
        load.join()
    return raw


def table(name: str, raw: str) -> str:
    """Markdown: the functions in which most of the time was spent, themselves and with what they call."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = stack.split(";")
        own[frames[-1]] += int(samples)
        for frame in set(frames):
            whole[frame] += int(samples)
    total = max(sum(own.values()), 1)
    rows = [
        f"| {frame} | {count / total:.1%} | {whole[frame] / total:.1%} |"
        for frame, count in own.most_common(SHOWN)
    ]
    head = f"| {name}: function | itself | with what it calls |"
    return "\n".join([head, "| --- | ---: | ---: |", *rows])


def _load(server: Running) -> None:
    size = len(server.answer(ADDRESS)[1])
    put_load(server.port, ADDRESS, seconds=SECONDS + 4, connections=CONNECTIONS, body_bytes=size)


def _look(server: Running, picture: Path) -> str:
    worker = _busiest(server)
    raw = picture.with_suffix(".txt")
    for output, output_format, seconds in ((picture, "flamegraph", SECONDS // 2), (raw, "raw", SECONDS // 2)):
        command = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(worker.pid)]
        command += [
            "--gil",
            "--rate",
            "200",
            "--duration",
            str(seconds),
            "--format",
            output_format,
            "--output",
            str(output),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=seconds + 30)
    return raw.read_text()


def _busiest(server: Running) -> psutil.Process:
    """The worker: whoever of the server's processes uses the processor most."""
    family = [server.process, *server.process.children(recursive=True)]
    for member in family:
        member.cpu_percent()
    time.sleep(_LOOK_S)
    return max(family, key=psutil.Process.cpu_percent)


if __name__ == "__main__":
    main()
