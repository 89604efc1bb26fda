"""One seeding from its first look at the database to its last."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from catalogue.db.bulk import settle
from catalogue.db.urls import driver_url
from catalogue.seeding import queries
from catalogue.seeding.loading import Target, add_orders, add_products, missing_orders, missing_products
from catalogue.seeding.producing import producers
from catalogue.seeding.progress import SeedProgress

_SMALL_TABLES = ("categories", "brands", "terminals", "drivers", "trucks", "trailers")


@dataclass(frozen=True)
class SeedCounts:
    """Numbers of products and orders: wanted, or added."""

    products: int
    orders: int


def run_seeding(
    database_url: str, wanted: SeedCounts, *, data_dir: Path, progress: SeedProgress, seed_number: int
) -> SeedCounts:
    """See `catalogue.seeding.seed`."""
    return asyncio.run(
        _run(database_url, wanted, data_dir=data_dir, progress=progress, seed_number=seed_number)
    )


async def _run(
    database_url: str, wanted: SeedCounts, *, data_dir: Path, progress: SeedProgress, seed_number: int
) -> SeedCounts:
    connection = await _connect(database_url)
    try:
        await queries.wait_for_turn(connection)
        products = await missing_products(connection, last=wanted.products)
        orders = await missing_orders(connection, last=wanted.orders)
        if not products and not orders:
            return SeedCounts(products=0, orders=0)
        await queries.add_shop(connection)
        await queries.add_fleet(connection)
        await settle(connection, _SMALL_TABLES)
        with producers(wanted.products + wanted.orders) as executor:
            target = Target(connection, executor, data_dir, seed_number, progress)
            return SeedCounts(
                products=await add_products(target, products, last=wanted.products) if products else 0,
                orders=await add_orders(target, orders, last=wanted.orders) if orders else 0,
            )
    finally:
        connection.terminate()


async def _connect(database_url: str) -> asyncpg.Connection:
    """A connection whose server stops working for us within a second when we are gone."""
    return await asyncpg.connect(
        driver_url(database_url),
        timeout=5,
        server_settings={
            "application_name": "catalogue-seed",
            "timezone": "UTC",
            "statement_timeout": "0",
            "client_connection_check_interval": "1000",
        },
    )
