"""Sample data: a shop and its orders, the same for a seed on every machine."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalogue.seeding.progress import SeedProgress
    from catalogue.seeding.running import SeedCounts

DEFAULT_SEED = 7


def seed(  # noqa: PLR0913 - what a seeding depends on, all by name
    database_url: str,
    *,
    products: int,
    orders: int,
    data_dir: Path,
    progress: "SeedProgress",
    seed_number: int = DEFAULT_SEED,
) -> "SeedCounts":
    """Bring a migrated database to `products` products and `orders` orders of the series of `seed_number`.

    Rows that are there stay as they are, whoever made them; only missing ones are added, and how many is
    returned. Documents go to `data_dir`/documents. Another seeding of the same database is waited for.

    Raises:
        ValueError: Orders are asked for, and there is no seeded product.
        asyncpg.PostgresError, OSError: The database or the directory refuses.
    """
    from catalogue.seeding.running import SeedCounts, run_seeding  # noqa: PLC0415 - row makers need no driver

    wanted = SeedCounts(products=products, orders=orders)
    return run_seeding(database_url, wanted, data_dir=data_dir, progress=progress, seed_number=seed_number)
