"""`catalogue cache`: look into the shared cache, clear it, and see what would be warmed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from time import time
from typing import cast

import click
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from catalogue.caching.keys import deployment_namespace
from catalogue.caching.packing import NotAnEntryError, packed_header
from catalogue.settings import Settings, load_settings

HEADER_BYTES = 8_192
SHOWN = 50


@click.group("cache")
def cache() -> None:
    """Look into the answers that Redis keeps, or clear them."""


@cache.command()
@click.option("--pattern", default="*", help="Addresses such as '/api/v1/products*'.")
def inspect(pattern: str) -> None:
    """Show what is kept: address, size, age, time left."""
    asyncio.run(_inspect(load_settings(), pattern))


@cache.command()
@click.option("--pattern", default="*", help="Addresses such as '/api/v1/products*'.")
def clear(pattern: str) -> None:
    """Delete answers from Redis. What workers have in memory goes when it changes or is old."""
    click.echo(f"Deleted {asyncio.run(_clear(load_settings(), pattern))} answers.")


async def _inspect(settings: Settings, pattern: str) -> None:
    table = Table("address", "bytes", "age s", "left s")
    total = count = 0
    async with _redis(settings) as redis:
        async for key, header in _entries(redis, settings, pattern):
            size, left_ms = await redis.strlen(key), await redis.pttl(key)
            total, count = total + size, count + 1
            if count <= SHOWN:
                age_s = time() - float(str(header["made_at"]))
                table.add_row(str(header["address"]), f"{size:,}", f"{age_s:.0f}", f"{left_ms / 1000:.0f}")
    Console().print(table)
    click.echo(f"{count:,} answers, {total:,} bytes.")


async def _clear(settings: Settings, pattern: str) -> int:
    gone = 0
    async with _redis(settings) as redis:
        async for key, _ in _entries(redis, settings, pattern):
            gone += await redis.unlink(key)
    return gone


async def _entries(
    redis: Redis, settings: Settings, pattern: str
) -> AsyncIterator[tuple[bytes, dict[str, object]]]:
    """Keys of entries whose address matches, with the header that describes each."""
    async for key in redis.scan_iter(match=f"{deployment_namespace(settings)}:entry:*", count=500):
        if key.endswith(b":lock"):
            continue
        try:
            header = packed_header(cast("bytes", await redis.getrange(key, 0, HEADER_BYTES)))
        except NotAnEntryError:
            continue
        if fnmatchcase(str(header.get("address")), pattern):
            yield key, header


@asynccontextmanager
async def _redis(settings: Settings) -> AsyncIterator[Redis]:
    if not settings.redis.redis_url:
        raise click.UsageError(
            "REDIS_URL is not set; `make run` shows the address of the Redis it starts itself"
        )
    async with Redis.from_url(settings.redis.redis_url) as redis:
        yield redis
