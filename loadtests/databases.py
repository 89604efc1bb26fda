"""A seeded PostgreSQL and a Redis of the load tests' own, kept between runs under DATA_DIR."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalogue.db.migrating import upgrade
from catalogue.embedded import EmbeddedPostgres, EmbeddedRedis
from catalogue.seeding import seed
from catalogue.seeding.progress import shown_progress
from catalogue.settings import ServerSettings
from loadtests.keys import ADMIN_KEY


@contextmanager
def empty_databases(directory: Path) -> Iterator[dict[str, str]]:
    """Run both servers in an empty folder; yields the environment in which the application finds them."""
    directory.mkdir(parents=True)
    with served_databases(directory) as environment:
        upgrade(environment["DATABASE_URL"])
        yield environment


@contextmanager
def seeded_databases(*, products: int, orders: int) -> Iterator[dict[str, str]]:
    """Run both servers; yields the environment in which the application finds them.

    Each size has a folder of its own, so that a run always meets exactly the rows it asked for.
    """
    directory = ServerSettings().data_dir.absolute() / "loadtest" / f"{products}-{orders}"
    directory.mkdir(parents=True, exist_ok=True)
    with served_databases(directory) as environment:
        url = environment["DATABASE_URL"]
        upgrade(url)
        with shown_progress() as progress:
            seed(url, products=products, orders=orders, data_dir=directory, progress=progress)
        yield environment


@contextmanager
def served_databases(directory: Path) -> Iterator[dict[str, str]]:
    """Run both servers on what the folder holds."""
    with EmbeddedPostgres(directory / "postgres") as postgres, EmbeddedRedis(directory / "redis") as redis:
        yield {
            "ENVIRONMENT": "test",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "DATA_DIR": str(directory),
            "SECRET_KEY": secrets.token_hex(32),
            "ADMIN_API_KEY": ADMIN_KEY,
        }
