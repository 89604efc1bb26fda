"""`catalogue cache`: look into the shared cache, clear answers by address or tag, make the most asked ones."""

import asyncio
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from time import time
from typing import cast

import asyncpg
import click
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from catalogue.caching.keys import deployment_namespace
from catalogue.caching.packing import NotAnEntryError, packed_header
from catalogue.changes.change import DATASETS, TAGS
from catalogue.changes.touching import touch
from catalogue.db.urls import driver_url
from catalogue.embedded.redis import running_redis_url
from catalogue.running.databases import command_database
from catalogue.running.secret_key import made_secret
from catalogue.settings import Settings, load_settings
from catalogue.settings_base import DEVELOPMENT_SECRET

HEADER_BYTES = 8_192
SHOWN = 50
_ANSWER_S = 30


@click.group("cache")
def cache() -> None:
    """Look into the cache, clear it, warm it."""


@cache.command()
@click.option("--pattern", default="*", help="Addresses such as '/api/v1/products*'.")
def inspect(pattern: str) -> None:
    """Show what is kept: address, size, age, time left."""
    asyncio.run(_inspect(load_settings(), pattern))


@cache.command()
@click.option("--pattern", help="Delete from Redis what answers such addresses: '/api/v1/products*'.")
@click.option("--tag", help="Drop everywhere what depends on 'products' or on 'products category=cameras'.")
def clear(pattern: str | None, tag: str | None) -> None:
    """Drop answers: by pattern from Redis, by tag from the memory of every worker as well.

    Without either, everything is dropped everywhere.
    """
    settings = load_settings()
    if tag is None:
        click.echo(f"Deleted {asyncio.run(_clear(settings, pattern or '*'))} answers.")
    if pattern is None:
        touched = [tag] if tag is not None else list(DATASETS)
        with command_database(settings) as url:
            asyncio.run(_touch(url, [_dataset_and_tag(each) for each in touched]))
        click.echo(f"Dropped what depends on {', '.join(touched)}.")


@cache.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Address of the API.")
@click.option("--most", default=50, show_default=True, help="How many of the most asked answers.")
def warm(url: str, most: int) -> None:
    """Ask for the most asked answers, so that they are there before anybody else asks."""
    addresses = asyncio.run(_most_asked(load_settings(), most))
    made = sum(_asked(f"{url.rstrip('/')}{address}") for address in addresses)
    click.echo(f"Asked for {len(addresses)} answers, of which {made} came.")


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


async def _touch(database_url: str, touched: list[tuple[str, str | None]]) -> None:
    """Log changes of nothing: every worker then takes what depends on them for old."""
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        for dataset, tag in touched:
            await touch(connection, dataset, tag)
    finally:
        await connection.close()


def _dataset_and_tag(text: str) -> tuple[str, str | None]:
    dataset, _, tag = text.partition(" ")
    if dataset not in DATASETS or (tag and tag.partition("=")[0] not in TAGS[dataset]):
        known = "; ".join(f"{name} ({', '.join(tags)})" for name, tags in TAGS.items())
        raise click.UsageError(f"there is no tag '{text}'. Datasets and their tags: {known}")
    return dataset, tag or None


async def _most_asked(settings: Settings, most: int) -> list[str]:
    async with _redis(settings) as redis:
        found = await redis.zrevrange(f"{_namespace(settings)}:asked", 0, most - 1)
    return [cast("bytes", address).decode("utf-8", "replace") for address in found]


def _asked(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=_ANSWER_S) as response:  # noqa: S310 - the operator's own address
            response.read()
    except OSError:
        return False
    return True


async def _entries(
    redis: Redis, settings: Settings, pattern: str
) -> AsyncIterator[tuple[bytes, dict[str, object]]]:
    """Keys of entries whose address matches, with the header that describes each."""
    async for key in redis.scan_iter(match=f"{_namespace(settings)}:entry:*", count=500):
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
    """REDIS_URL, or the embedded one that `catalogue run` has up."""
    url = settings.redis.redis_url or running_redis_url(settings.server.data_dir / "redis")
    if url is None:
        raise click.UsageError("REDIS_URL is not set, and `catalogue run` has no Redis up")
    async with Redis.from_url(url) as redis:
        yield redis


def _namespace(settings: Settings) -> str:
    """That of the installation whose Redis it is: `catalogue run` has a secret of its own."""
    server = settings.server
    if server.secret_key == DEVELOPMENT_SECRET and (made := made_secret(server.data_dir.absolute())):
        settings = replace(settings, server=server.model_copy(update={"secret_key": made}))
    return deployment_namespace(settings)
