"""What the triggers write to the log, whoever makes the change."""

import json
from typing import Any

import asyncpg
import pytest

pytestmark = pytest.mark.anyio
ORDER_TAGS = {"status=draft", "service=express", "priority=normal", "terminal_id=1"}
LINES = """
INSERT INTO order_lines (order_id, position, product_id, sku, name, quantity, unit_price)
SELECT 1, i, i, 'S' || i, 'thing', 1, 2 FROM generate_series(1, 3) AS i
"""


async def logged(connection: asyncpg.Connection, statement: str) -> list[dict[str, Any]]:
    """What one statement adds to the log."""
    before = await connection.fetchval("SELECT coalesce(max(position), 0) FROM changes")
    await connection.execute(statement)
    rows = await connection.fetch("SELECT * FROM changes WHERE position > $1 ORDER BY position", before)
    return [{**row, "field_values": json.loads(row["field_values"] or "null")} for row in rows]


async def test_update_keeps_old_and_new_values_of_what_changed(connection: asyncpg.Connection) -> None:
    [entry] = await logged(connection, "UPDATE products SET price = 7, image_url = 'x' WHERE id = 3")
    assert entry["field_values"] == [
        {
            "id": 3,
            "old": {"price": 3.0, "image_url": None, "version": 1},
            "new": {"price": 7.0, "image_url": "x", "version": 2},
        }
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE products SET price = price",
        "UPDATE products SET price = price WHERE id = 1",
        "UPDATE products SET price = 0 WHERE id < 0",
        "DELETE FROM products WHERE id < 0",
        "INSERT INTO brands SELECT * FROM brands WHERE id < 0",
        "INSERT INTO brands (slug, label) VALUES ('acme', 'Acme') ON CONFLICT DO NOTHING",
    ],
)
async def test_statement_that_changes_nothing_writes_nothing(
    statement: str, connection: asyncpg.Connection
) -> None:
    assert await logged(connection, statement) == []


async def test_update_of_many_names_only_rows_that_changed(connection: asyncpg.Connection) -> None:
    [entry] = await logged(connection, "UPDATE products SET price = greatest(price, 8)")
    assert entry["ids"] == [1, 2, 3, 4, 5, 6, 7]
    assert {row["id"]: row["old"]["price"] for row in entry["field_values"]} == {i: i for i in range(1, 8)}
    assert set(entry["tags"]) == {"category=cameras", "category=lenses", "brand=acme"} | {
        f"sku=S{i}" for i in range(1, 8)
    }


async def test_changed_id_names_both(connection: asyncpg.Connection) -> None:
    [one] = await logged(connection, "UPDATE products SET id = 100 WHERE id = 1")
    [several] = await logged(connection, "UPDATE products SET id = id + 200 WHERE id IN (2, 3)")
    assert (one["ids"], several["ids"]) == ([1, 100], [2, 3, 202, 203])


async def test_more_than_a_hundred_rows_keep_no_values(connection: asyncpg.Connection) -> None:
    insert = (
        "INSERT INTO products (sku, name, category, brand, price, currency)"
        " SELECT 'M{0}-' || i, 'many', 'cameras', 'zenith', 1, 'EUR' FROM generate_series(1, {0}) AS i"
    )
    [some] = await logged(connection, insert.format(100))
    [more] = await logged(connection, insert.format(101))
    assert (len(some["field_values"]), more["field_values"], len(more["ids"])) == (100, None, 101)


@pytest.mark.parametrize("rows", [1_000, 1_001])
async def test_rows_past_a_thousand_are_a_bulk_change(rows: int, connection: asyncpg.Connection) -> None:
    insert = (
        "INSERT INTO products (sku, name, category, brand, price, currency)"  # noqa: S608
        f" SELECT 'M' || i, 'many', 'cameras', 'zenith', 1, 'EUR' FROM generate_series(1, {rows}) AS i"
    )
    for statement, operation in (
        (insert, "insert"),
        ("UPDATE products SET stock = 77 WHERE brand = 'zenith'", "update"),
        ("DELETE FROM products WHERE brand = 'zenith'", "delete"),
    ):
        [entry] = await logged(connection, statement)
        assert entry["operation"] == (operation if rows == 1_000 else "bulk")
        assert (entry["ids"] is None, entry["tags"] is None) == (rows > 1_000, rows > 1_000)


async def test_truncate_is_one_entry_a_table(connection: asyncpg.Connection) -> None:
    entries = await logged(connection, "TRUNCATE drivers CASCADE")
    assert {"drivers", "orders"} == {entry["dataset"] for entry in entries}
    assert {entry["operation"] for entry in entries} == {"truncate"}


async def test_lines_and_documents_are_changes_of_their_order(connection: asyncpg.Connection) -> None:
    [lines] = await logged(connection, LINES)
    assert (lines["dataset"], lines["operation"], lines["ids"]) == ("orders", "update", [1])
    assert set(lines["tags"]) == ORDER_TAGS
    [changed] = await logged(connection, "UPDATE order_lines SET quantity = 5 WHERE position = 2")
    assert changed["field_values"] == [
        {"id": 1, "part": "order_lines", "old": {"quantity": 1}, "new": {"quantity": 5}}
    ]
    document, page = await logged(
        connection,
        "WITH added AS (INSERT INTO order_documents"
        " (order_id, type, file_name, content_type, size_bytes, sha256, storage_key)"
        " VALUES (1, 'cmr', 'a.txt', 'text/plain', 1, sha256('a'), 'k') RETURNING id)"
        " INSERT INTO document_texts (document_id, page, content) SELECT id, 1, 'secret' FROM added",
    )
    assert document["ids"] == page["ids"] == [1]
    assert "secret" not in str(page["field_values"])


async def test_deleted_order_is_one_entry_without_its_parts(connection: asyncpg.Connection) -> None:
    await connection.execute(LINES)
    [entry] = await logged(connection, "DELETE FROM orders WHERE id = 1")
    assert (entry["operation"], entry["ids"], set(entry["tags"])) == ("delete", [1], ORDER_TAGS)


async def test_renamed_category_touches_its_products(connection: asyncpg.Connection) -> None:
    renamed, moved = await logged(connection, "UPDATE categories SET slug = 'optics' WHERE slug = 'lenses'")
    entries = {renamed["dataset"]: renamed, moved["dataset"]: moved}
    assert set(entries["categories"]["tags"]) == {"slug=lenses", "slug=optics"}
    assert {"category=lenses", "category=optics"} <= set(entries["products"]["tags"])


async def test_upsert_logs_what_was_added_and_what_was_changed(connection: asyncpg.Connection) -> None:
    entries = await logged(
        connection,
        "INSERT INTO brands (slug, label) VALUES ('acme', 'New name'), ('third', 'Third')"
        " ON CONFLICT (slug) DO UPDATE SET label = excluded.label",
    )
    assert {(entry["operation"], tuple(entry["tags"])) for entry in entries} == {
        ("insert", ("slug=third",)),
        ("update", ("slug=acme",)),
    }


async def test_actor_and_request_are_kept_for_their_transaction(connection: asyncpg.Connection) -> None:
    [named] = await logged(
        connection,
        "SET LOCAL catalogue.actor = 'ada'; SET LOCAL catalogue.request_id = 'r-1';"
        " UPDATE products SET price = 50 WHERE id = 1",
    )
    [unnamed] = await logged(connection, "UPDATE products SET price = 51 WHERE id = 1")
    assert (named["actor"], named["request_id"]) == ("ada", "r-1")
    assert (unnamed["actor"], unnamed["request_id"]) == (None, None)


async def test_savepoint_that_is_undone_leaves_no_entry(connection: asyncpg.Connection) -> None:
    entries = await logged(
        connection,
        "BEGIN; UPDATE products SET price = 50 WHERE id = 1; SAVEPOINT tried;"
        " UPDATE products SET price = 50 WHERE id = 2; ROLLBACK TO tried; COMMIT",
    )
    assert [entry["ids"] for entry in entries] == [[1]]
