"""Products for the tests of the summary: what is done to them, and what GROUP BY says of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from hypothesis import strategies as st

from catalogue.db.statements import Statement
from catalogue.listing.cells_reading import CellCounts
from catalogue.listing.cells_view import CellView
from catalogue.products.listing import PRODUCTS
from catalogue.products.models import PRODUCT_CELLS

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
