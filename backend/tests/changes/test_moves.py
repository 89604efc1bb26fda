"""Moves of numbers: whatever they change about a page or a range is said to have crossed a border."""

from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.changes import queries
from catalogue.changes.change import Change, Move, field_tag, untold_tag
from catalogue.changes.moves import MAX_MOVES, Borders, Moves
from catalogue.listing.shown import RowIds

values = st.lists(st.integers(0, 12), min_size=3, max_size=12)
updates = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 12)), max_size=4)
BY_PRICE = Borders("price", None)


def change(position: int, *moves: tuple[str, float, float], tags: tuple[str, ...] = ()) -> Change:
    told = tuple(Move(*move) for move in moves)
    fields = tuple({move.field for move in told})
    return Change(position, "products", "update", (1,), tags, 1, datetime.now(UTC), fields, told)


@given(values, updates, st.integers(0, 10), st.integers(1, 4), st.booleans())
def test_page_that_differs_was_crossed(
    before: list[int],
    changed: list[tuple[int, int]],
    offset: int,
    limit: int,
    by_cursor: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    after, moves = list(before), Moves(0)
    for position, (row, value) in enumerate(changed, start=1):
        if row < len(after) and after[row] != value:
            moves.add(change(position, ("price", *sorted((after[row], value)))))
            after[row] = value
    first = sorted((value, row) for row, value in enumerate(before))[offset : offset + 1]
    came_from = first[0] if by_cursor and first else None
    shown = _page(before, offset, limit, came_from)
    if not shown:
        return
    ends = [shown[0][0], shown[-1][0], *([came_from[0]] if came_from else [])]
    if not moves.crossed([BY_PRICE], (min(ends), max(ends)), since=0):
        assert _page(after, offset, limit, came_from) == shown


def _page(
    prices: list[int], offset: int, limit: int, came_from: tuple[int, int] | None
) -> list[tuple[int, int]]:
    rows = sorted((price, row) for row, price in enumerate(prices))
    rows = rows[offset:] if came_from is None else [row for row in rows if row > came_from]
    return rows[:limit]


@given(st.integers(0, 12), st.integers(0, 12), st.sets(st.integers(0, 12), min_size=1))
def test_number_that_comes_into_another_range_crosses_a_border(old: int, new: int, edges: set[int]) -> None:
    moves = Moves(0)
    moves.add(change(1, ("price", min(old, new), max(old, new))))
    in_other_range = sum(old >= edge for edge in edges) != sum(new >= edge for edge in edges)
    crossed = moves.crossed([Borders("price", tuple(sorted(edges)))], None, since=0)
    assert crossed or not in_other_range


@pytest.mark.parametrize(
    ("border", "is_crossed"),
    [
        (Borders("price", (10.0, 20.0)), True),
        (Borders("price", (10.0, 21.0)), False),
        (Borders("stock", (20.0,)), False),
        (Borders("price", (20.0,), clauses=(("brand=a", "brand=b"), ("category=x",))), True),
        (Borders("price", (20.0,), clauses=(("brand=b",), ("category=x",))), False),
        (Borders("price", None), False),
    ],
)
def test_only_its_own_number_and_rows_count(border: Borders, is_crossed: bool) -> None:  # noqa: FBT001 - of the table above
    moves = Moves(0)
    moves.add(change(1, ("price", 11, 20), tags=("brand=a", "category=x")))
    assert moves.crossed([border], None, since=0) == is_crossed
    assert not moves.crossed([border], None, since=1)
    assert moves.crossed([border], None, since=0, among=RowIds([7, 1, 4])) == is_crossed
    assert not moves.crossed([border], None, since=0, among=RowIds([0, 2, 7]))


def test_what_is_no_longer_remembered_counts_as_crossed() -> None:
    far = Borders("price", (100.0,))
    moves = Moves(7)
    assert moves.crossed([far], None, since=6)
    for position in range(8, 8 + MAX_MOVES):
        moves.add(change(position, ("price", 1, 2)))
    assert not moves.crossed([far], None, since=8)
    assert moves.crossed([far], None, since=7)


def test_number_whose_move_is_not_told_has_a_tag_of_its_own() -> None:
    told = change(1, ("price", 1, 2))
    assert told.marks == (field_tag("price"),)
    assert set(replace(told, moves=()).marks or ()) == {field_tag("price"), untold_tag("price")}


@pytest.mark.anyio
async def test_log_tells_how_numbers_moved(connection: asyncpg.Connection) -> None:
    position = await queries.newest_position(connection)
    await connection.execute("UPDATE products SET price = 12.5, stock = 2, name = 'x' WHERE id = 3")
    await connection.execute("UPDATE products SET price = price + 1 WHERE id IN (1, 2)")
    await connection.execute("UPDATE products SET name = 'y' WHERE id = 1")
    await connection.execute("UPDATE orders SET customer_name = 'Bob'")
    changes = await queries.after(connection, position)
    assert [set(change.moves) for change in changes] == [
        {("price", 3, 12.5), ("stock", 2, 5)},
        {("price", 1, 2), ("price", 2, 3)},
        set(),
        set(),
    ]
