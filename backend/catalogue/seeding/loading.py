"""Bringing a database to the asked number of seeded products and orders.

An empty table is loaded in one transaction, without its indexes; a table that holds rows is topped up through a
staging table, five thousand rows a transaction. Killed at any moment, the database holds whole orders and all of
its indexes, and the next run adds what is missing.
"""

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import asyncpg

from catalogue.db.bulk import TablesInUseError, settle, take_indexes_away
from catalogue.seeding import queries
from catalogue.seeding.documents import store
from catalogue.seeding.orders import LINE_COLUMNS, ORDER_COLUMNS, OrderBlock
from catalogue.seeding.producing import make_orders, make_products, produce
from catalogue.seeding.products import PRODUCT_COLUMNS
from catalogue.seeding.progress import SeedProgress
from catalogue.seeding.randomness import BLOCK_ROWS, block_numbers, block_of

Block = TypeVar("Block")

_BLOCKS_PER_COMMIT = 5
_PRODUCT_TABLES = ("products",)
_ORDER_TABLES = ("orders", "order_lines", "order_documents", "document_texts")


@dataclass(frozen=True)
class Target:
    """Where the rows go and who is told about it."""

    connection: asyncpg.Connection
    executor: Executor
    data_dir: Path
    seed_number: int
    progress: SeedProgress


async def missing_products(connection: asyncpg.Connection, *, last: int) -> list[int]:
    """The blocks of the product series up to number `last` that are not all there."""
    present = await queries.products_by_block(connection, last) if last else {}
    return _incomplete_blocks(present, last=last)


async def missing_orders(connection: asyncpg.Connection, *, last: int) -> list[int]:
    """The blocks of the order series up to number `last` that are not all there."""
    present = await queries.orders_by_block(connection, last) if last else {}
    return _incomplete_blocks(present, last=last)


async def add_products(target: Target, missing: list[int], *, last: int) -> int:
    """Add what is not there of the blocks `missing`, up to number `last`; returns how many products."""
    blocks = produce(target.executor, make_products, [(target.seed_number, block, last) for block in missing])
    counter = _Counter(target.progress, "products", total=_rows(missing, last=last))
    try:
        added = await _load_products(target, blocks, counter)
    except TablesInUseError:
        added = await _top_up_products(target, blocks, counter)
    await settle(target.connection, _PRODUCT_TABLES)
    return added


async def add_orders(target: Target, missing: list[int], *, last: int) -> int:
    """Add what is not there of the blocks `missing`, up to number `last`; returns how many orders.

    Raises:
        ValueError: There is no seeded product to order.
    """
    references = await queries.order_references(target.connection)
    tasks = [
        (target.seed_number, references, block, last, await _id_offset(target, block)) for block in missing
    ]
    blocks = produce(target.executor, make_orders, tasks)
    counter = _Counter(target.progress, "orders", total=_rows(missing, last=last))
    try:
        added = await _load_orders(target, blocks, counter)
    except TablesInUseError:
        added = await _top_up_orders(target, blocks, counter)
    await settle(target.connection, _ORDER_TABLES)
    return added


class _Counter:
    """Adds up rows and passes the sum on."""

    def __init__(self, progress: SeedProgress, stage: str, *, total: int) -> None:
        self._progress, self._stage, self._total = progress, stage, total
        self.done = 0
        progress.report(stage, done=0, total=total)

    def add(self, rows: int) -> None:
        self.done += rows
        self._progress.report(self._stage, done=self.done, total=self._total)

    def index_built(self, done: int, total: int) -> None:
        self._progress.report(f"{self._stage} indexes", done=done, total=total)


async def _load_products(target: Target, blocks: AsyncIterator[bytes], counter: _Counter) -> int:
    async def counted() -> AsyncIterator[bytes]:
        async for block in blocks:
            yield block
            counter.add(block.count(b"\n"))

    async with target.connection.transaction():
        restore = await take_indexes_away(target.connection, _PRODUCT_TABLES)
        await target.connection.copy_to_table(
            "products", source=counted(), columns=PRODUCT_COLUMNS, freeze=True
        )
        await restore(counter.index_built)
    return counter.done


async def _top_up_products(target: Target, blocks: AsyncIterator[bytes], counter: _Counter) -> int:
    added = 0
    await queries.make_staging(target.connection)
    async for group in _grouped(blocks):
        async with target.connection.transaction():
            await _copy(target, "staged_products", columns=PRODUCT_COLUMNS, parts=group)
            added += await queries.add_staged_products(target.connection)
        counter.add(sum(block.count(b"\n") for block in group))
    return added


async def _load_orders(target: Target, blocks: AsyncIterator[OrderBlock], counter: _Counter) -> int:
    async with target.connection.transaction():
        restore = await take_indexes_away(target.connection, _ORDER_TABLES)
        async for group in _grouped(blocks):
            orders, lines = [block.orders for block in group], [block.lines for block in group]
            await _copy(target, "orders", columns=ORDER_COLUMNS, parts=orders, freeze=True)
            await _copy(target, "order_lines", columns=LINE_COLUMNS, parts=lines, freeze=True)
            await _add_documents(target, group)
            counter.add(sum(block.size for block in group))
        await restore(counter.index_built)
    return counter.done


async def _top_up_orders(target: Target, blocks: AsyncIterator[OrderBlock], counter: _Counter) -> int:
    added = 0
    await queries.make_staging(target.connection)
    async for group in _grouped(blocks):
        orders, lines = [block.orders for block in group], [block.lines for block in group]
        async with target.connection.transaction():
            await _copy(target, "staged_orders", columns=ORDER_COLUMNS, parts=orders)
            await _copy(target, "staged_lines", columns=LINE_COLUMNS, parts=lines)
            added += await queries.add_staged_orders(target.connection)
            await _add_documents(target, group)
        counter.add(sum(block.size for block in group))
    return added


async def _add_documents(target: Target, group: Sequence[OrderBlock]) -> None:
    for block in group:
        for document in block.documents:
            if await queries.add_document(target.connection, document):
                store(document, data_dir=target.data_dir)


async def _copy(
    target: Target, table: str, *, columns: Sequence[str], parts: Sequence[bytes], freeze: bool = False
) -> None:
    await target.connection.copy_to_table(
        table, source=BytesIO(b"".join(parts)), columns=columns, freeze=freeze
    )


async def _grouped(blocks: AsyncIterator[Block]) -> AsyncIterator[list[Block]]:
    group: list[Block] = []
    async for block in blocks:
        group.append(block)
        if len(group) == _BLOCKS_PER_COMMIT:
            yield group
            group = []
    if group:
        yield group


async def _id_offset(target: Target, block: int) -> int:
    return await queries.reserve_order_ids(target.connection) - (block * BLOCK_ROWS + 1)


def _incomplete_blocks(present: dict[int, int], *, last: int) -> list[int]:
    blocks = range(block_of(last) + 1) if last else range(0)
    return [block for block in blocks if present.get(block, 0) < len(block_numbers(block, last=last))]


def _rows(blocks: list[int], *, last: int) -> int:
    return sum(len(block_numbers(block, last=last)) for block in blocks)
