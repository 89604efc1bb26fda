"""Bringing a database to the newest schema, and telling whether it is there."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from catalogue.db.urls import driver_url

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
_ADVISORY_LOCK = 7_319_845_120_001


def head_revision() -> str:
    """The newest revision, read from the migration files without importing Alembic.

    Raises RuntimeError when the files do not form one line.
    """
    texts = [path.read_text() for path in (MIGRATIONS / "versions").glob("*.py")]
    revisions = {found for text in texts for found in re.findall(r'^revision = "(\w+)"', text, re.MULTILINE)}
    parents = {
        found for text in texts for found in re.findall(r'^down_revision = "(\w+)"', text, re.MULTILINE)
    }
    heads = revisions - parents
    if len(heads) != 1:
        raise RuntimeError(f"the migrations have {len(heads)} heads: {sorted(heads)}")
    return str(heads.pop())


async def current_revision(connection: asyncpg.Connection) -> str | None:
    """The revision a database is at; None when it was never migrated."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


def upgrade(database_url: str, revision: str = "head") -> bool:
    """Migrate up to `revision`; True when something was to do. Several programs may call this at once."""
    return asyncio.run(_upgrade(database_url, revision))


def downgrade(database_url: str, revision: str) -> None:
    """Migrate down to `revision` (`base` empties the schema)."""
    asyncio.run(_run(database_url, "downgrade", revision))


def alembic_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - Alembic is slow to import and seldom needed

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("prepend_sys_path", str(MIGRATIONS.parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


async def _upgrade(database_url: str, revision: str) -> bool:
    connection = await asyncpg.connect(driver_url(database_url), timeout=5)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_ADVISORY_LOCK})")
        if revision == "head" and await current_revision(connection) == head_revision():
            return False
        await _run(database_url, "upgrade", revision)
    finally:
        await connection.close()
    return True


async def _run(database_url: str, command_name: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - as above

    from catalogue.db.engines import migration_engine  # noqa: PLC0415 - as above

    config = alembic_config()

    def run(connection: "Connection") -> None:
        config.attributes["connection"] = connection
        getattr(command, command_name)(config, revision)

    engine = migration_engine(database_url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()
