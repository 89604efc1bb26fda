"""The machine that was measured, in words."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

_GIGABYTE = 1024**3
_MEASURED = ("granian", "uvloop", "asyncpg", "fastapi", "sqlalchemy", "redis")


def described() -> dict[str, object]:
    """Processor, memory, system and what runs on it; the load average tells whether other work went on meanwhile."""
    return {
        "processors": psutil.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / _GIGABYTE),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _MEASURED},
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def sentence() -> str:
    """The same for people."""
    found = described()
    packages = ", ".join(f"{name} {number}" for name, number in dict(found["packages"]).items())  # type: ignore[call-overload]
    return (
        f"{found['processors']} processors ({found['processor']}), {found['memory_gib']} GiB of memory,"
        f" {found['system']}, Python {found['python']}, {packages};"
        f" load average at the end {', '.join(f'{load:.1f}' for load in os.getloadavg())}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
