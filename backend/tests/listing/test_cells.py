"""The summary of a table against GROUP BY: whatever is written, rolled back, folded or read meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.db.migrating import downgrade, upgrade
from catalogue.db.reading import ReadSession, read_pool
from catalogue.db.statements import Statement
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.cells_view import CellView
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import PRODUCT_CELLS
from catalogue.settings import Settings

pytestmark = pytest.mark.anyio

Cells = dict[tuple[object, ...], tuple[int, int, int]]
PRICE, RATING = (PRODUCTS.facet_by_name[name] for name in ("price", "rating"))
TRUTH = Statement(
    """
    SELECT category, brand, stock > 0, width_bucket(rating, $1::numeric[]), width_bucket(price, $2::numeric[]),
      count(*), sum(stock), sum(price * 100)::bigint
    FROM products GROUP BY 1, 2, 3, 4, 5""",
    ("ratings", "prices"),
    {},
)
BOUNDS: dict[str, object] = {"ratings": list(RATING.bounds[1:]), "prices": list(PRICE.bounds[1:])}
SHOP = """
TRUNCATE products, categories, brands CASCADE;
CREATE SEQUENCE IF NOT EXISTS sku;
INSERT INTO categories (slug, label) VALUES ('cameras', 'Cameras'), ('lenses', 'Lenses');
INSERT INTO brands (slug, label) VALUES ('acme', 'Acme'), ('zenith', 'Zenith');
"""
ADDED = """
INSERT INTO products (sku, name, category, brand, price, currency, stock, rating)
SELECT 'S' || nextval('sku'), 'thing', (ARRAY['cameras', 'lenses'])[1 + i % 2], (ARRAY['acme', 'zenith'])[1 + i % 3 / 2],
  (i * {seed} % 41) * 1.25, 'EUR', i % 3, i % 11 * 0.5
FROM generate_series(1, {rows}) AS i
"""
STATEMENTS = {
    "add": lambda seed: ADDED.format(seed=seed, rows=1 + seed % 17),
    "reprice": lambda seed: f"UPDATE products SET price = price + {seed % 13} WHERE id % 5 = {seed % 5}",  # noqa: S608
    "restock": lambda seed: f"UPDATE products SET stock = {seed % 3} WHERE id % 7 = {seed % 7}",  # noqa: S608
    "rename": lambda seed: f"UPDATE products SET name = name || 's' WHERE id % 3 = {seed % 3}",  # noqa: S608
    "move": lambda _: (
        "UPDATE categories SET slug = CASE slug WHEN 'films' THEN 'cameras' ELSE 'films' END"
        " WHERE slug IN ('cameras', 'films')"
    ),
    "move back": lambda _: "UPDATE categories SET slug = 'cameras' WHERE slug = 'films'",
    "remove": lambda seed: f"DELETE FROM products WHERE id % 9 = {seed % 9}",  # noqa: S608
    "empty": lambda _: "TRUNCATE products CASCADE",
    "upsert": lambda seed: (
        "INSERT INTO products (sku, name, category, brand, price, currency)"  # noqa: S608
        f" VALUES ('U{seed % 4}', 'one', 'lenses', 'acme', {seed % 9}, 'EUR')"
        " ON CONFLICT (sku) DO UPDATE SET price = excluded.price, brand = 'zenith'"
    ),
    "fold": lambda _: "SELECT catalogue_fold_cells('products')",
    "rebuild": lambda _: "SELECT catalogue_rebuild_cells('products')",
}
SAFE = [name for name in STATEMENTS if name not in {"empty", "move", "move back", "rebuild"}]
steps = st.lists(
    st.tuples(st.sampled_from(list(STATEMENTS)), st.integers(0, 10_000), st.booleans()),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def cell_database(clone: Callable[[str], str], migrated_template: str) -> str:
    return clone(migrated_template)


@pytest.fixture
async def counts(cell_database: str, settings_for: Callable[..., Settings]) -> AsyncIterator[CellCounts]:
    configured = settings_for(cell_database).database
    async with read_pool(configured) as pool:
        yield CellCounts(ReadSession(pool, wait_s=5))


@pytest.fixture
async def writer(cell_database: str) -> AsyncIterator[asyncpg.Connection]:
    async with connected(cell_database) as connection:
        await connection.execute(SHOP)
        await connection.execute("SELECT catalogue_rebuild_cells('products')")
        await connection.execute("SELECT catalogue_fold_cells('products')")
        yield connection


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def compare(counts: CellCounts) -> CellView:
    """Read the cells and GROUP BY in one statement; both must say the same."""
    rows, view = await counts.beside(PRODUCT_CELLS, TRUTH, BOUNDS)
    assert view is not None
    truth = {tuple(row)[:5]: tuple(row)[5:8] for row in rows}
    assert cells_of(view) == truth
    return view


def cells_of(view: CellView) -> Cells:
    """Every cell with its count, stock and price in hundredths, added up over all layers."""
    added: dict[tuple[object, ...], list[float]] = {}
    for layer in (view.counter.cube.rows, *view.counter.layers):
        columns = [codes for codes in layer.codes if codes is not None]
        for place in range(layer.size):
            books = zip(view.counter.codebooks, columns, strict=True)
            cell = tuple(book.values[codes[place]] for book, codes in books)
            sums = added.setdefault(cell, [0.0, 0.0, 0.0])
            for number, measure in enumerate(layer.sums):
                sums[number] += measure[place]
    return {
        cell: (round(a), round(b), round(c)) for cell, (a, b, c) in added.items() if (a, b, c) != (0, 0, 0)
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_cells_and_deltas_equal_group_by_after_any_statements(
    counts: CellCounts, writer: asyncpg.Connection, steps: list[tuple[str, int, bool]]
) -> None:
    await writer.execute(STATEMENTS["move back"](0))
    await writer.execute(ADDED.format(seed=3, rows=30))
    for name, seed, kept in steps:
        transaction = writer.transaction()
        await transaction.start()
        try:
            await writer.execute(STATEMENTS[name](seed))
        except asyncpg.ForeignKeyViolationError:
            await transaction.rollback()
        else:
            await (transaction.commit() if kept else transaction.rollback())
        await compare(counts)


async def test_reader_sees_exact_counts_among_writers_and_folds(
    counts: CellCounts, writer: asyncpg.Connection, cell_database: str
) -> None:
    done = asyncio.Event()

    async def write(seed: int) -> None:
        random = Random(seed)  # noqa: S311 - chooses statements, not keys
        async with connected(cell_database) as connection:
            for _ in range(20):
                try:
                    async with connection.transaction():
                        for _ in range(random.randint(1, 3)):
                            await connection.execute(
                                STATEMENTS[random.choice(SAFE)](random.randint(0, 9_999))
                            )
                except asyncpg.DeadlockDetectedError:
                    continue

    async def read() -> int:
        looks = 0
        while not done.is_set() or looks < 20:
            await compare(counts)
            looks += 1
        return looks

    readers = [asyncio.create_task(read()) for _ in range(2)]
    await asyncio.gather(*(write(seed) for seed in range(3)))
    done.set()
    assert sum(await asyncio.gather(*readers)) >= 40


async def test_view_that_missed_many_folds_is_loaded_anew(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    before = await compare(counts)
    for seed in range(70):
        await writer.execute(STATEMENTS["add"](seed))
        await writer.execute("SELECT catalogue_fold_cells('products')")
    after = await compare(counts)
    assert after.base_version == before.base_version + 70
    assert await writer.fetchval("SELECT count(DISTINCT version) FROM product_cell_folds") <= 64


async def test_fold_of_very_many_cells_is_not_kept_row_by_row(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    await compare(counts)
    await writer.execute(
        "INSERT INTO brands (slug, label) SELECT 'b' || i, 'B' FROM generate_series(1, 5100) AS i"
    )
    await writer.execute(
        "INSERT INTO products (sku, name, category, brand, price, currency)"
        " SELECT 'S' || nextval('sku'), 'one', 'lenses', 'b' || i, 1, 'EUR' FROM generate_series(1, 5100) AS i"
    )
    await compare(counts)
    assert await writer.fetchval("SELECT catalogue_fold_cells('products')") == 5_100
    assert await writer.fetchval("SELECT count(*) FROM product_cell_folds") == 0
    await compare(counts)


async def test_rows_committed_long_after_their_number_was_drawn_are_counted(
    counts: CellCounts, writer: asyncpg.Connection, cell_database: str
) -> None:
    async with connected(cell_database) as slow:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(STATEMENTS["add"](5))
        for seed in range(6):
            await writer.execute(STATEMENTS["add"](seed))
            await writer.execute("SELECT catalogue_fold_cells('products')")
            await compare(counts)
        await transaction.commit()
        await compare(counts)
        for _ in range(3):
            await writer.execute("SELECT catalogue_fold_cells('products')")
            await compare(counts)


async def test_waiting_deltas_are_sought_behind_those_surely_folded(writer: asyncpg.Connection) -> None:
    for seed in range(3):
        await writer.execute(STATEMENTS["add"](seed))
        await writer.execute("SELECT catalogue_fold_cells('products')")
    folded_to = await writer.fetchval("SELECT folded_to FROM cell_versions WHERE collection = 'products'")
    await writer.execute(STATEMENTS["upsert"](1))
    assert 0 < folded_to < await writer.fetchval("SELECT min(id) FROM product_cell_deltas")


async def test_deltas_are_found_although_their_sequence_was_set_back(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    for seed in range(3):
        await writer.execute(STATEMENTS["add"](seed))
        await writer.execute("SELECT catalogue_fold_cells('products')")
    await writer.execute("ALTER SEQUENCE product_cell_deltas_id_seq RESTART WITH 1")
    await writer.execute(STATEMENTS["add"](9))
    await writer.execute("SELECT catalogue_fold_cells('products')")
    await compare(counts)
    await writer.execute(STATEMENTS["add"](8))
    await compare(counts)


async def test_only_one_of_two_folds_at_once_does_it(writer: asyncpg.Connection, cell_database: str) -> None:
    await writer.execute(STATEMENTS["add"](4))
    async with connected(cell_database) as other, other.transaction():
        assert await other.fetchval("SELECT catalogue_fold_cells('products')") > 0
        assert await writer.fetchval("SELECT catalogue_fold_cells('products')") == 0


async def test_fold_waits_for_enough_deltas(writer: asyncpg.Connection) -> None:
    await writer.execute(STATEMENTS["upsert"](1))
    assert await writer.fetchval("SELECT catalogue_fold_cells('products', 2)") == 0
    assert await writer.fetchval("SELECT catalogue_fold_cells('products', 1)") == 1


async def test_every_statement_that_changes_rows_makes_another_epoch(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    await writer.execute(STATEMENTS["add"](16))
    seen = {(await compare(counts)).epoch}
    for name in ("rename", "restock", "remove", "upsert", "upsert"):
        await writer.execute(STATEMENTS[name](3))
        seen.add((await compare(counts)).epoch)
    assert len(seen) == 6


async def test_statement_over_many_rows_leaves_one_delta_a_cell(writer: asyncpg.Connection) -> None:
    await writer.execute(ADDED.format(seed=0, rows=600))
    assert await writer.fetchval(
        "SELECT count(*) = count(DISTINCT (category, brand, in_stock, rating_step, price_step))"
        " AND sum(count) = 600 FROM product_cell_deltas"
    )


async def test_total_comes_from_cells_at_the_epoch_asked_for(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    await writer.execute(ADDED.format(seed=7, rows=90))
    epoch = (await compare(counts)).epoch
    request = parse_request(PRODUCTS, b"category=cameras&min_price=10&max_price=25&in_stock=true")
    truth = (
        "SELECT count(*) FROM products WHERE category = 'cameras' AND price BETWEEN 10 AND 25 AND stock > 0"
    )
    assert await counts.total(request, epoch) == await writer.fetchval(truth)
    await writer.execute(STATEMENTS["add"](2))
    assert await counts.total(request, "another epoch") is None
    assert await counts.total(request, epoch) is None
    assert await counts.total(request, None) == await writer.fetchval(truth)
    assert await counts.total(parse_request(PRODUCTS, b"min_price=10.5"), None) is None


async def test_without_a_filled_summary_there_are_no_cells(
    counts: CellCounts, writer: asyncpg.Connection
) -> None:
    await compare(counts)
    await writer.execute("DELETE FROM cell_versions WHERE collection = 'products'")
    assert await counts.moment(PRODUCT_CELLS) is None
    await writer.execute("SELECT catalogue_rebuild_cells('products')")
    await compare(counts)


def test_migration_fills_the_summary_from_rows_that_are_there(
    clone: Callable[[str], str], migrated_template: str
) -> None:
    async def prepare(url: str) -> None:
        async with connected(url) as connection:
            await connection.execute(SHOP + ADDED.format(seed=3, rows=500))

    async def counted(url: str) -> bool:
        async with connected(url) as connection:
            return bool(
                await connection.fetchval("SELECT sum(count) = 500 AND count(*) > 20 FROM product_cells")
            )

    url = clone(migrated_template)
    asyncio.run(prepare(url))
    downgrade(url, "20261121_04")
    upgrade(url)
    assert asyncio.run(counted(url))
