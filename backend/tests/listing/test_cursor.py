"""Cursors: what is damaged, forged or of another list is refused; what is ours comes back as it was."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import BadRequest
from catalogue.listing.cursor import Cursor, CursorCodec
from catalogue.listing.request import parse_request
from catalogue.orders.listing import ORDERS
from catalogue.products.listing import PRODUCTS

CODEC = CursorCodec("a secret of at least sixteen")
REQUEST = parse_request(PRODUCTS, b"sort=price,name,created_at&brand=acme")
INSTANT = datetime(2026, 5, 31, 12, 0, 0, 123456, tzinfo=UTC)


@given(
    backward=st.booleans(),
    position=st.none() | st.integers(0, 2**40),
    price=st.decimals(0, 10**10, places=2),
    name=st.text(max_size=300),
    identity=st.integers(1, 2**63 - 1),
)
def test_cursor_comes_back_as_it_was(
    backward: bool,  # noqa: FBT001 - drawn
    position: int | None,
    price: Decimal,
    name: str,
    identity: int,
) -> None:
    name = name.encode("utf-8", "ignore").decode()
    cursor = Cursor(backward=backward, position=position, keys=(price, name, INSTANT, identity))
    assert CODEC.decode(CODEC.encode(cursor, REQUEST), REQUEST) == cursor


def test_date_that_is_not_known_yet_can_be_a_key() -> None:
    request = parse_request(ORDERS, b"sort=eta_date")
    cursor = Cursor(backward=False, position=None, keys=(date.max, 4))
    assert CODEC.decode(CODEC.encode(cursor, request), request) == cursor


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        CODEC.decode(text, REQUEST)


@given(st.data())
def test_cursor_with_one_changed_byte_is_refused(data: st.DataObject) -> None:
    cursor = CODEC.encode(Cursor(backward=False, position=1, keys=(Decimal(1), "a", INSTANT, 1)), REQUEST)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadRequest):
        CODEC.decode(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), REQUEST)


@pytest.mark.parametrize("other", [b"sort=price,name,created_at", b"sort=-price,name,created_at&brand=acme"])
def test_cursor_of_another_list_is_refused(other: bytes) -> None:
    cursor = CODEC.encode(Cursor(backward=False, position=1, keys=(Decimal(1), "a", INSTANT, 1)), REQUEST)
    with pytest.raises(BadRequest, match="other filters"):
        CODEC.decode(cursor, parse_request(PRODUCTS, other))


def test_cursor_of_another_secret_is_refused() -> None:
    cursor = CODEC.encode(Cursor(backward=False, position=1, keys=(Decimal(1), "a", INSTANT, 1)), REQUEST)
    with pytest.raises(BadRequest):
        CursorCodec("another secret of sixteen").decode(cursor, REQUEST)


def test_filters_in_another_order_are_the_same_list() -> None:
    one = parse_request(PRODUCTS, b"brand=acme&brand=zenith&category=cameras")
    other = parse_request(PRODUCTS, b"category=cameras&brand=zenith&brand=acme")
    cursor = Cursor(backward=False, position=1, keys=(1,))
    assert CODEC.decode(CODEC.encode(cursor, one), other) == cursor


def test_cursor_of_endless_length_is_refused() -> None:
    with pytest.raises(BadRequest):
        CODEC.decode("A" * 100_000, REQUEST)
