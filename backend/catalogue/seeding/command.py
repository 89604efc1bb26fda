"""`catalogue seed`."""

from time import perf_counter

import asyncpg
import click

from catalogue.running.databases import command_database, migrate
from catalogue.running.errors import OperatorError
from catalogue.seeding import DEFAULT_SEED
from catalogue.seeding import seed as seed_database
from catalogue.seeding.orders import LAST_ORDER
from catalogue.seeding.products import LAST_PRODUCT
from catalogue.seeding.progress import shown_progress
from catalogue.seeding.running import SeedCounts
from catalogue.settings import load_settings


@click.command("seed")
@click.option("--products", type=click.IntRange(0, LAST_PRODUCT), help="Products there shall be.")
@click.option("--orders", type=click.IntRange(0, LAST_ORDER), help="Orders there shall be.")
@click.option("--seed", "seed_number", type=int, default=DEFAULT_SEED, show_default=True)
def seed(products: int | None, orders: int | None, seed_number: int) -> None:
    """Fill the database with sample products and orders, as far as they are not there yet."""
    settings = load_settings()
    began = perf_counter()
    with command_database(settings) as url:
        migrate(url)
        try:
            with shown_progress() as progress:
                added = seed_database(
                    url,
                    products=settings.database.seed_products if products is None else products,
                    orders=settings.database.seed_orders if orders is None else orders,
                    data_dir=settings.server.data_dir,
                    progress=progress,
                    seed_number=seed_number,
                )
        except (ValueError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise OperatorError(f"Seeding stopped: {error}") from error
    click.echo(_summary(added, seconds=perf_counter() - began))


def _summary(added: SeedCounts, *, seconds: float) -> str:
    if not added.products and not added.orders:
        return "Nothing to do: the products and orders asked for are there."
    return f"Added {added.products:,} products and {added.orders:,} orders in {seconds:.1f} s."
