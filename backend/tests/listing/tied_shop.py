"""A small database full of ties, an application on it, and what plain SQL says of it."""

import json
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SORTS = ("id", "name", "price", "stock", "rating", "review_count", "created_at", "updated_at")
FILTERS = {
    "category": ("category = '{}'", ("cameras", "lenses")),
    "brand": ("brand = '{}'", ("acme", "zenith")),
    "min_price": ("price >= {}", ("5", "20.00")),
    "max_price": ("price <= {}", ("10", "20.01")),
    "min_rating": ("rating >= {}", ("3", "4.5")),
    "in_stock": ("(stock > 0) = {}", ("true", "false")),
    "created_from": ("created_at >= '{}'", ("2026-01-02T00:00:00Z",)),
    "created_to": ("created_at < '{}'", ("2026-01-03",)),
}
ROWS = """
INSERT INTO products (sku, name, category, brand, price, currency, stock, rating, review_count,
    created_at, updated_at)
SELECT 'S' || nextval('sku'), (ARRAY['Ant', 'Bee', 'Cat', 'bee', 'Äpfel'])[1 + i % 5],
    (ARRAY['cameras', 'lenses'])[1 + i % 2], (ARRAY['acme', 'zenith', 'orbit'])[1 + i % 3],
    (i * 7 % 9) * 5 + (i % 2) * 0.01, 'EUR', i % 4, (i % 5) + 0.5 * (i % 2), i % 3,
    timestamptz '2026-01-01 00:00Z' + i % 4 * interval '1 day',
    timestamptz '2026-02-01 00:00Z' + i % 6 * interval '1 microsecond'
FROM generate_series(1, {}) AS i
"""
sort_parts = st.tuples(st.sampled_from(("", "-")), st.sampled_from(SORTS)).map("".join)
sorts = st.lists(sort_parts, min_size=1, max_size=3, unique_by=lambda part: part.lstrip("-"))
filters = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, (_, texts) in FILTERS.items()}
)
walks = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Shop:
    """An application on a small database full of ties, and the database itself."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, connection: asyncpg.Connection) -> None:
        self.app = app
        self.client = client
        self.connection = connection

    async def fill(self, rows: int = 240) -> None:
        await self.connection.execute("TRUNCATE products RESTART IDENTITY CASCADE")
        await self.connection.execute(ROWS.format(rows))

    async def expected(self, filters: dict[str, str], sort: list[str]) -> list[int]:
        where = " AND ".join(FILTERS[name][0].format(text) for name, text in filters.items()) or "true"
        keys = [f"{part.lstrip('-')} {'DESC' if part[0] == '-' else 'ASC'}" for part in sort]
        ties = "id DESC" if sort[-1].startswith("-") else "id"
        rows = await self.connection.fetch(
            f"SELECT id FROM products WHERE {where} ORDER BY {', '.join([*keys, ties])}"  # noqa: S608
        )
        return [row["id"] for row in rows]

    async def page(self, filters: dict[str, str], sort: list[str], **position: Any) -> dict[str, Any]:
        query = {**filters, "sort": ",".join(sort), "fields": "id", **position}
        answer = await self.client.get("/products", params=query)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = json.loads(answer.content)
        return page

    async def walk(self, filters: dict[str, str], sort: list[str], limit: int) -> list[list[int]]:
        page = await self.page(filters, sort, limit=limit)
        pages = [ids(page)]
        while page["next"] is not None:
            page = await self.page(filters, sort, limit=limit, cursor=page["next"])
            pages.append(ids(page))
        return pages


def ids(page: dict[str, Any]) -> list[int]:
    return [item["id"] for item in page["items"]]
