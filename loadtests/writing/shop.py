"""What the scenarios write: products and orders of their own."""

from typing import Any

import asyncpg

CATEGORY = "writing-scenarios"
BRAND = "writing-brand"


async def prepare(database: asyncpg.Connection) -> int:
    """A category, a brand and a terminal for the scenarios; returns the terminal's id."""
    await database.execute(
        "INSERT INTO categories (slug, label) VALUES ($1, $1) ON CONFLICT DO NOTHING", CATEGORY
    )
    await database.execute("INSERT INTO brands (slug, label) VALUES ($1, $1) ON CONFLICT DO NOTHING", BRAND)
    return int(
        await database.fetchval(
            "INSERT INTO terminals (name, account_code, city, country) VALUES ('Writing', 'WRITING', 'A', 'NL')"
            " ON CONFLICT (account_code) DO UPDATE SET name = excluded.name RETURNING id"
        )
    )


async def add_product(database: asyncpg.Connection, sku: str, *, stock: int) -> int:
    return int(
        await database.fetchval(
            "INSERT INTO products (sku, name, category, brand, price, currency, stock)"
            " VALUES ($1, $1, $2, $3, 12.34, 'EUR', $4) RETURNING id",
            sku,
            CATEGORY,
            BRAND,
            stock,
        )
    )


def order_body(terminal: int, product: int, customer: str, *, lines: int = 1) -> dict[str, Any]:
    return {
        "service": "express",
        "terminal_id": terminal,
        "customer_name": customer,
        "lines": [{"product_id": product, "quantity": 1}] * lines,
    }


def product_body(sku: str) -> dict[str, Any]:
    return {
        "sku": sku,
        "name": f"Product {sku}",
        "description": "made to be written",
        "category": CATEGORY,
        "brand": BRAND,
        "price": 12.34,
        "currency": "EUR",
        "stock": 5,
    }


async def wrong_totals(database: asyncpg.Connection, customer: str) -> int:
    """Orders whose total is not the sum of their lines, or that have none."""
    return int(
        await database.fetchval(
            "SELECT count(*) FROM orders WHERE customer_name = $1 AND total IS DISTINCT FROM"
            " (SELECT sum(quantity * unit_price) FROM order_lines WHERE order_id = orders.id)",
            customer,
        )
    )
