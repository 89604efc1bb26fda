"""The summary of a table against GROUP BY: whatever is written, rolled back, folded or read meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from random import Random

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings

from catalogue.db.bulk import settle
from catalogue.db.migrating import downgrade, upgrade
from catalogue.db.reading import ReadSession, read_pool
from catalogue.listing import cells_view
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import PRODUCT_CELLS
from catalogue.settings import Settings
from tests.listing.cell_shop import ADDED, SAFE, SHOP, STATEMENTS, compare, connected, steps

pytestmark = pytest.mark.anyio


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


async def test_folds_are_merged_into_the_cells_in_memory_when_they_grow_long(
    counts: CellCounts, writer: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_view, "MAX_FOLDED_ROWS", 40)
    lengths = []
    for seed in range(12):
        await writer.execute(STATEMENTS["add"](seed + 10))
        await writer.execute("SELECT catalogue_fold_cells('products')")
        lengths.append((await compare(counts)).counter.layers[0].size)
    assert max(lengths) <= 40
    assert 0 in lengths


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


async def test_loading_leaves_no_dead_deltas_that_every_list_would_pass(writer: asyncpg.Connection) -> None:
    await writer.execute(ADDED.format(seed=5, rows=600))
    assert await writer.fetchval("SELECT pg_relation_size('product_cell_deltas')") > 0
    await settle(writer, ["products"])
    assert await writer.fetchval("SELECT pg_relation_size('product_cell_deltas')") == 0


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
