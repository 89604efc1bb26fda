"""Alembic's entry: the connection comes from `catalogue.db.migrating`, or from DATABASE_URL."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from catalogue.db.engines import migration_engine
from catalogue.db.models import Base
from catalogue.settings import load_settings
from migrations.job_queue import NAMES as QUEUE_TABLES


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The job queue's tables belong to a library, which checks them itself."""
    return not (kind == "table" and name is not None and name in QUEUE_TABLES)


def run(connection: Connection | None = None) -> None:
    context.configure(
        connection=connection,
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=False,
        include_name=is_ours,
        transaction_per_migration=True,
        literal_binds=connection is None,
        as_sql=connection is None,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_with_engine(url: str) -> None:
    engine = migration_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    run()
elif (connection := context.config.attributes.get("connection")) is not None:
    run(connection)
else:
    asyncio.run(run_with_engine(load_settings().database.database_url))
