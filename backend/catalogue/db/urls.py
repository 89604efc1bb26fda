"""One reading of DATABASE_URL for both drivers' spellings."""


def driver_url(database_url: str) -> str:
    """Return the URL as asyncpg and psql take it: `postgresql://…` without a driver name."""
    for prefix in ("postgresql+asyncpg://", "postgres://"):
        if database_url.startswith(prefix):
            return "postgresql://" + database_url.removeprefix(prefix)
    return database_url
