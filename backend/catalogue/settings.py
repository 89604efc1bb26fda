"""Settings, read once from the environment (and from a file `.env` beside the program).

Every name here is documented in `.env.example`. Values are checked when the program starts; a wrong one
raises `pydantic.ValidationError`, which the command line turns into one line.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode

from catalogue.settings_access import CallerSettings, LimitSettings
from catalogue.settings_base import CONFIG, DEVELOPMENT_SECRET, Environment, is_weak
from catalogue.settings_watching import LoggingSettings, WatchingSettings

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.\[\]:-]+$")]
"""As a browser sends it: `https://shop.example`, without a path or a slash at the end; `*` is none."""

_DEFAULT_PASSWORDS = frozenset({"catalogue", "postgres", "password"})


class ServerSettings(BaseSettings):
    model_config = CONFIG

    environment: Environment = "development"
    host: str = Field("127.0.0.1", description="address the API listens on")
    port: int = Field(8000, ge=1, le=65535, description="port of the API")
    web: Literal["auto", "off"] = Field("auto", description="auto: serve the web page where Node.js is")
    web_port: int = Field(3000, ge=1, le=65535, description="port of the web page")
    workers: int = Field(1, ge=1, le=64, description="server processes")
    data_dir: Path = Field(Path(".data"), description="embedded servers, documents, keys")
    secret_key: str = Field(DEVELOPMENT_SECRET, min_length=16, description="signs cursors")
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = Field((), description="comma list of origins")
    max_body_bytes: int = Field(1_048_576, ge=1_024, description="largest request body, bytes")
    idempotency_kept_hours: int = Field(
        48, ge=24, le=8_760, description="age at which an Idempotency-Key goes"
    )
    hsts_s: int = Field(0, ge=0, le=63_072_000, description="Strict-Transport-Security, seconds; 0: not sent")
    header_timeout_s: int = Field(12, ge=1, le=120, description="longest wait for a request's headers")
    body_timeout_s: int = Field(
        10, ge=1, le=600, description="longest wait for a body, and one more for each 1,000 bytes of it"
    )
    request_timeout_ms: int = Field(
        15_000, ge=50, le=600_000, description="longest work on a request in the database, ms"
    )
    overload_reads: int = Field(40, ge=1, le=10_000, description="the most reads a worker works on at a time")
    overload_writes: int = Field(40, ge=1, le=10_000, description="writes a worker works on at a time")
    overload_wait_ms: int = Field(300, ge=1, le=60_000, description="longest wait for such a place, ms")
    shutdown_timeout_s: int = Field(10, ge=1, le=300, description="seconds running requests get to finish")

    @model_validator(mode="before")
    @classmethod
    def _split_origins(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("cors_origins")
        if isinstance(origins, str):
            values["cors_origins"] = tuple(part.strip() for part in origins.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _refuse_default_secret(self) -> Self:
        if self.environment != "development" and is_weak(self.secret_key):
            raise ValueError("SECRET_KEY must be set to at least 32 random characters outside development")
        return self


class DatabaseSettings(BaseSettings):
    model_config = CONFIG

    environment: Environment = "development"
    database_url: str = Field("", description="postgresql://…; empty: an embedded PostgreSQL under DATA_DIR")
    read_pool_size: int = Field(10, ge=1, le=100, description="read connections of one worker")
    write_pool_size: int = Field(5, ge=1, le=100, description="write connections of one worker")
    pool_wait_ms: int = Field(1_000, ge=10, le=60_000, description="longest wait for a free connection, ms")
    statement_timeout_ms: int = Field(5_000, ge=50, le=600_000, description="longest statement, ms")
    slow_statement_ms: int = Field(
        500, ge=1, le=600_000, description="a statement that takes longer is logged, ms"
    )
    count_budget_ms: int = Field(1_000, ge=10, le=60_000, description="longest exact count, ms")
    startup_wait_s: float = Field(30.0, ge=0, le=600, description="wait for PostgreSQL at start, seconds")
    changes_max_clients: int = Field(
        500, ge=1, le=100_000, description="clients of one worker that may follow the changes"
    )
    changes_kept_hours: int = Field(72, ge=24, le=8_760, description="how long the change log is kept, hours")
    seed_products: int = Field(100_000, ge=0, description="products in a new development database")
    seed_orders: int = Field(100_000, ge=0, description="orders in a new development database")

    @model_validator(mode="after")
    def _refuse_default_password(self) -> Self:
        password = urlsplit(self.database_url).password if self.database_url else None
        if self.environment == "production" and password in _DEFAULT_PASSWORDS:
            raise ValueError("DATABASE_URL must not have a default password in production")
        return self

    @model_validator(mode="after")
    def _check_scheme(self) -> Self:
        if self.database_url and not self.database_url.startswith(
            ("postgresql://", "postgresql+asyncpg://", "postgres://")
        ):
            raise ValueError("DATABASE_URL must start with postgresql://")
        return self


class RedisSettings(BaseSettings):
    model_config = CONFIG

    redis_url: str = Field("", description="redis://, rediss:// or unix://; empty: an embedded Redis")
    redis_timeout_ms: int = Field(100, ge=1, le=5_000, description="longest wait for Redis, ms")

    @model_validator(mode="after")
    def _check_scheme(self) -> Self:
        if self.redis_url and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("REDIS_URL must start with redis://, rediss:// or unix://")
        return self


class StorageSettings(BaseSettings):
    model_config = CONFIG

    storage_url: str = Field("", description="s3://bucket/prefix; empty: the folder documents in DATA_DIR")
    max_document_bytes: int = Field(10_485_760, ge=1, le=1_073_741_824, description="largest document, bytes")
    max_import_bytes: int = Field(536_870_912, ge=1, description="largest file to import, bytes")
    max_unpacked_bytes: int = Field(4_294_967_296, ge=1, description="the most a .gz may unpack to, bytes")
    orphan_age_s: int = Field(3_600, ge=60, description="age at which a file without a row is swept, seconds")
    texts_timeout_s: int = Field(
        30, ge=1, le=3_600, description="longest taking of one document's text, seconds"
    )
    texts_memory_bytes: int = Field(
        536_870_912, ge=134_217_728, description="most memory for taking one document's text, bytes"
    )

    @model_validator(mode="after")
    def _check_scheme(self) -> Self:
        if self.storage_url and not self.storage_url.startswith("s3://"):
            raise ValueError("STORAGE_URL must start with s3://")
        return self


class CacheSettings(BaseSettings):
    model_config = CONFIG

    cache: bool = Field(True, description="whether answers are cached at all")
    cache_local_mb: int = Field(64, ge=0, le=65_536, description="answers in a worker's memory, MB; 0: none")
    cache_shared: bool = Field(True, description="whether answers are kept in Redis")
    cache_namespace: str = Field(
        "catalogue", pattern=r"^[a-z0-9-]{1,40}$", description="first part of every key"
    )
    cache_list_s: float = Field(120.0, gt=0, le=3_600, description="life of a list, seconds")
    cache_record_s: float = Field(900.0, gt=0, le=3_600, description="life of a record, seconds")
    cache_stats_s: float = Field(300.0, gt=0, le=3_600, description="life of statistics, seconds")
    cache_values_s: float = Field(
        3_600.0, gt=0, le=3_600, description="life of categories and brands, seconds"
    )
    cache_grace_s: float = Field(
        7_200.0,
        ge=0,
        le=86_400,
        description="how long an answer past its life is served of which no change is known, seconds",
    )
    cache_stale_s: float = Field(
        60.0, ge=0, le=3_600, description="how old an answer may be that stands in for PostgreSQL, seconds"
    )
    cache_warm: int = Field(50, ge=0, le=1_000, description="answers made before anybody asks; 0: none")

    def lifetimes(self) -> dict[Literal["list", "record", "stats", "values"], float]:
        """Seconds by kind of route."""
        return {
            "list": self.cache_list_s,
            "record": self.cache_record_s,
            "stats": self.cache_stats_s,
            "values": self.cache_values_s,
        }


@dataclass(frozen=True)
class Settings:
    server: ServerSettings
    database: DatabaseSettings
    redis: RedisSettings
    storage: StorageSettings
    cache: CacheSettings
    logging: LoggingSettings
    watching: WatchingSettings
    callers: CallerSettings
    limits: LimitSettings


def load_settings() -> Settings:
    """Read the environment. Raises `pydantic.ValidationError` naming the first wrong setting."""
    return Settings(
        server=ServerSettings(),
        database=DatabaseSettings(),
        redis=RedisSettings(),
        storage=StorageSettings(),
        cache=CacheSettings(),
        logging=LoggingSettings(),
        watching=WatchingSettings(),
        callers=CallerSettings(),
        limits=LimitSettings(),
    )
