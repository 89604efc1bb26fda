"""Places by statistics against the rows themselves."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from catalogue.listing.distributions import Distribution, distribution, keys_at
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS

START = datetime(2026, 1, 1, tzinfo=UTC)


def described(rows: list[int], common: int, ranges: int) -> Distribution | None:
    """What PostgreSQL would keep of these rows."""
    counted = [found for found in Counter(rows).most_common(common) if found[1] > 1]
    shares = [(value, count / len(rows)) for value, count in counted]
    rest = sorted(row for row in rows if row not in dict(counted))
    bounds = (
        [rest[place * (len(rest) - 1) // ranges] for place in range(ranges + 1)] if len(rest) > ranges else []
    )
    return distribution(shares, sorted(set(bounds)))


@given(
    rows=st.lists(st.integers(0, 60) | st.integers(-10_000, 10_000), min_size=200, max_size=400),
    share=st.floats(0, 1),
)
def test_value_at_a_share_has_about_this_share_of_the_rows_below(rows: list[int], share: float) -> None:
    known = described(rows, 20, 20)
    assert known is not None
    value, _ = known.at(share)
    below, up_to = (sum(map(test, rows)) / len(rows) for test in (value.__gt__, value.__ge__))
    assert below - 0.25 <= share <= up_to + 0.25


@given(rows=st.lists(st.integers(0, 9), min_size=50, max_size=200))
def test_values_that_are_all_common_are_placed_exactly(rows: list[int]) -> None:
    known = described(rows, 10, 10)
    ordered = sorted(rows)
    if known is None or len(known.values) < len(set(rows)):
        return
    for row, value in enumerate(ordered):
        assert known.at((row + 0.5) / len(rows))[0] == value


def test_shares_rise_to_one() -> None:
    known = distribution([("b", 0.3), ("d", 0.2)], ["a", "c", "e"])
    assert known is not None
    assert all(low <= high for low, high in pairwise(known.below))
    assert abs(known.below[-1] + known.equal[-1] - 1) < 1e-9


def test_values_between_bounds_are_calculated() -> None:
    known = {
        "price": distribution([], [Decimal(0), Decimal(10)]),
        "created_at": distribution([], [START, START + timedelta(days=10)]),
        "id": distribution([], [1, 101]),
    }
    spread = {name: found for name, found in known.items() if found is not None}
    for query, expected in {
        b"sort=price": (Decimal("2.50"), 1),
        b"sort=-price": (Decimal("7.50"), 101),
        b"sort=created_at": (START + timedelta(days=2.5), 1),
        b"sort=-id": (76,),
    }.items():
        assert keys_at(parse_request(PRODUCTS, query).sort, spread, 0.25) == expected


def test_rows_of_one_value_are_told_apart_by_the_next_key() -> None:
    common, numbers = distribution([(5, 0.5), (9, 0.5)], []), distribution([], [1, 101])
    assert common is not None
    assert numbers is not None
    spread = {"stock": common, "id": numbers}
    assert keys_at(parse_request(PRODUCTS, b"sort=stock").sort, spread, 0.25) == (5, 51)
    assert keys_at(parse_request(PRODUCTS, b"sort=-stock").sort, spread, 0.125) == (9, 76)
    assert keys_at(parse_request(PRODUCTS, b"sort=-stock,id").sort, spread, 0.625) == (5, 26)


def test_column_that_nothing_is_known_of_gives_no_keys() -> None:
    assert distribution([], []) is None
    assert keys_at(parse_request(PRODUCTS, b"sort=name").sort, {}, 0.5) is None
