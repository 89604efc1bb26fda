"""Putting a server under load for a few seconds: with wrk where it is installed, else with a client of our own."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import uvloop

from loadtests.benchmarks.client import Exchanged, MakeRequest, exchange_for, request_bytes
from loadtests.ports import LOOPBACK

TOLERANCE = 0.05
_MARGIN_SECONDS = 30
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SCALES = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


class WrongAnswerError(Exception):
    """Some answers were no success or had the wrong size, so their speed says nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did under load; times in milliseconds."""

    requests: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float


def put_load(  # noqa: PLR0913 - a load's parts, by name
    port: int,
    address: str,
    *,
    seconds: int,
    connections: int,
    body_bytes: int,
    headers: Mapping[str, str] | None = None,
) -> Load:
    """Send GETs one after the other on each connection.

    Raises:
        WrongAnswerError: An answer was an error, or bodies were not `body_bytes` long, give or take `TOLERANCE`.
    """
    if (wrk := shutil.which("wrk")) is None:
        request = request_bytes(address, headers=headers)
        exchanged = uvloop.run(exchange_for(port, lambda: request, seconds=seconds, connections=connections))
        return own_load(exchanged, body_bytes=body_bytes)
    command = [wrk, "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
    command += [f"--header={name}: {value}" for name, value in (headers or {}).items()]
    command += ["--latency", f"http://{LOOPBACK}:{port}{address}"]
    finished = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=seconds + _MARGIN_SECONDS
    )
    return read_wrk(finished.stdout, body_bytes=body_bytes)


def read_wrk(report: str, *, body_bytes: int) -> Load:
    """What wrk measured. Raises WrongAnswerError as `put_load` does."""
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", report):
        raise WrongAnswerError(refused.group(0))
    total = re.search(r"(\d+) requests in .*, ([\d.]+)([KMG]?)B read", report)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if total is None or rate is None or int(total.group(1)) == 0:
        raise WrongAnswerError("no request was answered")
    requests = int(total.group(1))
    read_bytes = float(total.group(2)) * _UNITS[total.group(3)]
    _check_size(read_bytes / requests, body_bytes=body_bytes)
    return Load(requests, float(rate.group(1)), _percentile(report, 50), _percentile(report, 99))


def _percentile(report: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", report, re.MULTILINE)
    return float(found.group(1)) * _SCALES[found.group(2)] if found else 0.0


def _check_size(answer_bytes: float, *, body_bytes: int) -> None:
    """Answers have headers, of which a kilobyte is allowed for."""
    low, high = body_bytes * (1 - TOLERANCE), body_bytes * (1 + TOLERANCE) + 1_024
    if not low <= answer_bytes <= high:
        raise WrongAnswerError(f"answers of {answer_bytes:.0f} bytes, expected about {body_bytes}")


def put_own_load(port: int, make: MakeRequest, *, seconds: float, connections: int) -> Load:
    """Send requests of one's own making, such as writes. Raises WrongAnswerError when one was refused."""
    return own_load(uvloop.run(exchange_for(port, make, seconds=seconds, connections=connections)))


def own_load(exchanged: Exchanged, *, body_bytes: int | None = None) -> Load:
    """What our own client measured. Raises WrongAnswerError as `put_load` does."""
    if exchanged.refused or not exchanged.times_s:
        raise WrongAnswerError(f"{exchanged.refused} answers were no success")
    times_s = sorted(exchanged.times_s)
    count = len(times_s)
    if body_bytes is not None:
        _check_size(exchanged.received_bytes / count, body_bytes=body_bytes)
    return Load(
        requests=count,
        requests_per_s=count / exchanged.elapsed_s,
        p50_ms=times_s[count // 2] * 1_000,
        p99_ms=times_s[count * 99 // 100] * 1_000,
    )
