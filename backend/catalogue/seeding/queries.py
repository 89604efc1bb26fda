"""Every statement the seeding runs, besides COPY."""

from collections.abc import Sequence

import asyncpg

from catalogue.seeding.documents import CONTENT_TYPE, DOCUMENT_TYPE, SeededDocument
from catalogue.seeding.fleet import drivers, terminals, trailer_plates, truck_plates
from catalogue.seeding.orders import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    POOL_PRODUCTS,
    OrderReferences,
    order_reference,
)
from catalogue.seeding.products import PRODUCT_COLUMNS, product_sku
from catalogue.seeding.randomness import BLOCK_ROWS
from catalogue.seeding.vocabulary import BRANDS, categories, slug_of

_SEED_LOCK = 7_319_845_120_002
_RESERVE_ATTEMPTS = 100


async def wait_for_turn(connection: asyncpg.Connection) -> None:
    """One seeding at a time; the lock goes with the connection."""
    await connection.execute("SELECT pg_advisory_lock($1)", _SEED_LOCK)


async def add_shop(connection: asyncpg.Connection) -> None:
    """Categories and brands; those that are there stay as they are."""
    await connection.executemany(
        "INSERT INTO categories (slug, label, parent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(words.slug, words.label, words.parent) for words in categories()],
    )
    await connection.executemany(
        "INSERT INTO brands (slug, label) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(slug_of(brand), brand) for brand in BRANDS],
    )


async def add_fleet(connection: asyncpg.Connection) -> None:
    """Terminals, drivers, trucks and trailers; those that are there stay as they are."""
    await connection.executemany(
        "INSERT INTO terminals (name, account_code, city, country) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        terminals(),
    )
    await connection.executemany(
        "INSERT INTO drivers (name, phone) SELECT $1, $2::text"
        " WHERE NOT EXISTS (SELECT FROM drivers WHERE phone = $2)",
        drivers(),
    )
    await connection.executemany(
        "INSERT INTO trucks (license_plate) VALUES ($1) ON CONFLICT DO NOTHING", truck_plates()
    )
    await connection.executemany(
        "INSERT INTO trailers (license_plate) VALUES ($1) ON CONFLICT DO NOTHING", trailer_plates()
    )


async def products_by_block(connection: asyncpg.Connection, last: int) -> dict[int, int]:
    """How many products of the series, up to number `last`, each block has in the database."""
    return await _by_block(connection, _PRODUCTS_BY_BLOCK, product_sku(1), product_sku(last))


async def orders_by_block(connection: asyncpg.Connection, last: int) -> dict[int, int]:
    """How many orders of the series, up to number `last`, each block has in the database."""
    return await _by_block(connection, _ORDERS_BY_BLOCK, order_reference(1), order_reference(last))


async def order_references(connection: asyncpg.Connection) -> OrderReferences:
    """The ids of the seeded fleet and of the pool's products."""
    products = await connection.fetch(_POOL, product_sku(1), product_sku(POOL_PRODUCTS))
    return OrderReferences(
        terminal_ids=await _ids(connection, "terminals", "account_code", [row[1] for row in terminals()]),
        driver_ids=await _ids(connection, "drivers", "phone", [row[1] for row in drivers()]),
        truck_ids=await _ids(connection, "trucks", "license_plate", [row[0] for row in truck_plates()]),
        trailer_ids=await _ids(connection, "trailers", "license_plate", [row[0] for row in trailer_plates()]),
        product_ids=tuple((row["number"], row["id"]) for row in products),
    )


async def reserve_order_ids(connection: asyncpg.Connection) -> int:
    """Take BLOCK_ROWS consecutive ids from the sequence of orders and return the first.

    Others may draw from it meanwhile; a run with a gap is given up for the next one.
    """
    for _ in range(_RESERVE_ATTEMPTS):
        [(first, last)] = await connection.fetch(_RESERVE, BLOCK_ROWS)
        if last - first + 1 == BLOCK_ROWS:
            return int(first)
    raise RuntimeError("no consecutive order ids to be had: too many orders are being made meanwhile")


async def make_staging(connection: asyncpg.Connection) -> None:
    """Fresh temporary tables, emptied at each commit, that top-ups go through."""
    await connection.execute("DROP TABLE IF EXISTS staged_products, staged_orders, staged_lines")
    for statement in _STAGING:
        await connection.execute(statement)


async def add_staged_products(connection: asyncpg.Connection) -> int:
    """Add the staged products whose SKU is free; returns how many."""
    columns = ", ".join(PRODUCT_COLUMNS)
    return _count(
        await connection.execute(
            f"INSERT INTO products ({columns}) SELECT {columns} FROM staged_products ORDER BY sku"  # noqa: S608 - our own names
            " ON CONFLICT (sku) DO NOTHING"
        )
    )


async def add_staged_orders(connection: asyncpg.Connection) -> int:
    """Add the staged orders whose reference is free, with their lines; returns how many orders."""
    columns = ", ".join(ORDER_COLUMNS)
    added = await connection.execute(
        f"INSERT INTO orders ({columns}) SELECT {columns} FROM staged_orders"  # noqa: S608 - our own names
        " ON CONFLICT (reference) DO NOTHING"
    )
    await connection.execute(_ADD_STAGED_LINES)
    return _count(added)


async def add_document(connection: asyncpg.Connection, document: SeededDocument) -> bool:
    """Add a document and its one page of text; False where its order was not added."""
    added = await connection.fetchval(
        _ADD_DOCUMENT,
        document.order_id,
        DOCUMENT_TYPE,
        document.file_name,
        CONTENT_TYPE,
        len(document.data),
        document.sha256,
        document.storage_key,
        document.content,
    )
    return added is not None


async def _by_block(connection: asyncpg.Connection, query: str, first: str, last: str) -> dict[int, int]:
    rows = await connection.fetch(query, first, last, BLOCK_ROWS)
    return {row["block"]: row["rows"] for row in rows}


async def _ids(
    connection: asyncpg.Connection, table: str, column: str, values: Sequence[str]
) -> tuple[int, ...]:
    query = f"SELECT {column}, min(id) AS id FROM {table} WHERE {column} = ANY($1) GROUP BY 1"  # noqa: S608 - our own names
    ids = {row[0]: row["id"] for row in await connection.fetch(query, list(values))}
    return tuple(ids[value] for value in values if value in ids)


def _count(status: str) -> int:
    return int(status.rsplit(" ", 1)[1])


_PRODUCTS_BY_BLOCK = """
SELECT ((substr(sku, 5)::bigint - 1) / $3::int)::int AS block, count(*)::int AS rows
FROM products WHERE sku BETWEEN $1 AND $2 AND sku ~ '^CTL-[0-9]{8}$' GROUP BY 1
"""
_ORDERS_BY_BLOCK = """
SELECT ((substr(reference, 5)::bigint - 1) / $3::int)::int AS block, count(*)::int AS rows
FROM orders WHERE reference BETWEEN $1 AND $2 AND reference ~ '^ORD-[0-9]{7}$' GROUP BY 1
"""
_POOL = """
SELECT substr(sku, 5)::int AS number, id
FROM products WHERE sku BETWEEN $1 AND $2 AND sku ~ '^CTL-[0-9]{8}$' ORDER BY sku
"""
_RESERVE = """
SELECT min(id), max(id)
FROM (SELECT nextval(pg_get_serial_sequence('orders', 'id')) AS id FROM generate_series(1, $1::int)) AS ids
"""
_STAGED_COLUMNS = {
    "staged_products": ("products", PRODUCT_COLUMNS),
    "staged_orders": ("orders", ORDER_COLUMNS),
    "staged_lines": ("order_lines", LINE_COLUMNS),
}
_STAGING = [
    f"CREATE TEMPORARY TABLE {staged} ON COMMIT DELETE ROWS AS SELECT {', '.join(columns)} FROM {table} WITH NO DATA"  # noqa: S608 - our own names
    for staged, (table, columns) in _STAGED_COLUMNS.items()
]
_ADD_STAGED_LINES = """
INSERT INTO order_lines (order_id, position, product_id, sku, name, quantity, unit_price)
SELECT order_id, position, product_id, sku, name, quantity, unit_price FROM staged_lines
WHERE EXISTS (SELECT FROM orders WHERE id = order_id)
"""
_ADD_DOCUMENT = """
WITH added AS (
  INSERT INTO order_documents
    (order_id, type, file_name, content_type, size_bytes, sha256, storage_key, created_at)
  SELECT id, $2, $3, $4, $5, $6, $7, created_at FROM orders WHERE id = $1
  RETURNING id
)
INSERT INTO document_texts (document_id, page, content) SELECT id, 1, $8 FROM added
RETURNING document_id
"""
