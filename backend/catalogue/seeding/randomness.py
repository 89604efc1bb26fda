"""Numbers that are the same for a seed on every machine.

A series (products, orders) is made in blocks of BLOCK_ROWS; each block has a generator of its own, so that any
block can be made alone, by any process, and row i never depends on how many rows were asked for. Only
`Random.random()` is used, whose sequence Python promises to keep between versions.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp
from random import Random
from statistics import NormalDist
from typing import TypeVar

Choice = TypeVar("Choice")

BLOCK_ROWS = 1_000
ANCHOR_DAY = date(2026, 11, 1)
"""The day the seeded data ends at: nothing has happened after it, whatever the clock says."""
HISTORY_DAYS = 3 * 365

_TABLE_SIZE = 4_096


def block_generator(seed: int, series: str, block: int) -> Random:
    """The generator of block `block` (counted from 0) of a series."""
    return Random(f"{seed}/{series}/{block}")  # noqa: S311 - sample data, not secrets


def block_of(number: int) -> int:
    """The block that holds row `number`, counted from 1."""
    return (number - 1) // BLOCK_ROWS


def block_numbers(block: int, *, last: int) -> range:
    """The row numbers of a block, no further than `last`."""
    first = block * BLOCK_ROWS + 1
    return range(first, min(first + BLOCK_ROWS, last + 1))


def long_tail(*, median: float, spread: float) -> list[float]:
    """4,096 equally likely values of a log-normal distribution, rising.

    `spread` is the standard deviation of the logarithm.
    """
    normal = NormalDist()
    return [median * exp(spread * normal.inv_cdf((step + 0.5) / _TABLE_SIZE)) for step in range(_TABLE_SIZE)]


def weighted(choices: Sequence[tuple[Choice, int]]) -> tuple[Choice, ...]:
    """Each choice as often as its weight says, so that a uniform index picks by weight."""
    return tuple(choice for choice, weight in choices for _ in range(weight))


def day_texts() -> list[str]:
    """The days of the history, oldest first, as `2026-10-31`; the last one is the day before ANCHOR_DAY."""
    first = ANCHOR_DAY - timedelta(days=HISTORY_DAYS)
    return [(first + timedelta(days=day)).isoformat() for day in range(HISTORY_DAYS)]


def second_texts() -> list[str]:
    """The seconds of a day as `23:59:59+00`."""
    return [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}+00" for second in range(86_400)]
