"""Query strings: what is wrong is refused by name, what is right is understood."""

from urllib.parse import quote

import pytest

from catalogue.errors import ValidationFailed
from catalogue.listing.request import parse_request
from catalogue.orders.listing import ORDERS
from catalogue.products.listing import PRODUCTS


def refused(query: str, collection: object = PRODUCTS) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as raised:
        parse_request(collection, query.encode())  # type: ignore[arg-type]
    return {error.where: error.code for error in raised.value.errors}


@pytest.mark.parametrize(
    ("query", "where", "code"),
    [
        ("limit=0", "query.limit", "greater_than_equal"),
        ("limit=201", "query.limit", "less_than_equal"),
        ("limit=ten", "query.limit", "not_an_integer"),
        ("limit=1_0", "query.limit", "not_an_integer"),
        ("limit=%D9%A1", "query.limit", "not_an_integer"),
        ("limit=5&limit=6", "query.limit", "repeated"),
        ("offset=-1", "query.offset", "greater_than_equal"),
        ("offset=9223372036854775808", "query.offset", "less_than_equal"),
        ("offset=99999999999999999999", "query.offset", "not_an_integer"),
        ("page=0", "query.page", "greater_than_equal"),
        ("page=1&offset=0", "query.page", "excluded"),
        ("cursor=x&offset=0", "query.offset", "excluded"),
        ("count=maybe", "query.count", "not_a_choice"),
        ("sort=colour", "query.sort", "unknown_field"),
        ("sort=", "query.sort", "unknown_field"),
        ("sort=relevance", "query.sort", "needs_filter"),
        ("fields=price,colour", "query.fields", "unknown_field"),
        ("min_price=NaN", "query.min_price", "not_a_number"),
        ("min_price=Infinity", "query.min_price", "not_a_number"),
        ("min_price=1e400", "query.min_price", "less_than_equal"),
        ("min_price=-1", "query.min_price", "greater_than_equal"),
        ("min_rating=5.1", "query.min_rating", "less_than_equal"),
        ("in_stock=yes", "query.in_stock", "not_a_boolean"),
        ("brand=", "query.brand", "too_short"),
        ("brand=a%00b", "query.brand", "invalid_character"),
        ("ids=1,,2", "query.ids", "not_an_integer"),
        ("ids=9223372036854775808", "query.ids", "less_than_equal"),
        ("created_from=yesterday", "query.created_from", "not_a_time"),
        ("created_from=2026-02-30", "query.created_from", "not_a_time"),
        ("created_from=0001-01-01T00:00:00%2B14:00", "query.created_from", "not_a_time"),
        ("colour=red", "query.colour", "unknown_parameter"),
        ("Category=cameras", "query.Category", "unknown_parameter"),
        ("q=a&q=b", "query.q", "repeated"),
    ],
)
def test_bad_value_is_refused_by_name(query: str, where: str, code: str) -> None:
    assert refused(query) == {where: code}


def test_all_that_is_wrong_is_named_at_once() -> None:
    assert set(refused("limit=x&colour=red&min_price=y")) == {
        "query.limit",
        "query.colour",
        "query.min_price",
    }


def test_status_that_does_not_exist_is_refused() -> None:
    assert refused("status=lost", ORDERS) == {"query.status": "not_a_choice"}


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refused("brand=%ff%fe") == {"query": "not_unicode"}


def test_too_many_parameters_are_refused() -> None:
    assert refused("&".join(f"brand=b{number}" for number in range(500))) == {"query": "too_many"}


def test_too_many_values_are_refused() -> None:
    assert refused("ids=" + ",".join(map(str, range(1, 500)))) == {"query.ids": "too_many"}


def test_repeated_filter_keeps_every_value_once() -> None:
    request = parse_request(PRODUCTS, b"brand=acme&brand=zenith&brand=acme")
    assert request.bound_values == {"brand": ["acme", "zenith"]}


def test_ties_are_broken_by_id_in_the_direction_of_the_last_key() -> None:
    assert parse_request(PRODUCTS, b"sort=-rating,price").sort_text == "-rating,price,id"
    assert parse_request(PRODUCTS, b"sort=price,-rating").sort_text == "price,-rating,-id"
    assert parse_request(PRODUCTS, b"").sort_text == "id"


def test_key_that_is_repeated_changes_nothing() -> None:
    assert parse_request(PRODUCTS, b"sort=price,-price,name").sort_text == "price,name,id"


def test_sort_ends_at_id_because_nothing_ties_after_it() -> None:
    assert parse_request(PRODUCTS, b"sort=id,price").sort_text == "id"


def test_search_sorts_by_relevance_unless_told_otherwise() -> None:
    assert parse_request(PRODUCTS, b"q=shoe").sort_text == "relevance,id"
    assert parse_request(PRODUCTS, b"q=shoe&sort=price").sort_text == "price,id"


def test_relevance_to_nothing_typed_yet_is_no_order() -> None:
    assert parse_request(PRODUCTS, b"q=&sort=relevance,-price").sort_text == "-price,-id"


def test_page_is_sugar_for_offset() -> None:
    assert parse_request(PRODUCTS, b"page=3&limit=20").offset == 40


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-31T12:00:00Z",
        "2026-05-31T14:00:00+02:00",
        "2026-05-31t12:00:00.000000z",
        "2026-05-31 12:00:00",
    ],
)
def test_time_is_understood_as_utc(text: str) -> None:
    for written in (text, quote(text)):
        request = parse_request(PRODUCTS, f"created_from={written}".encode())
        assert str(request.bound_values["created_from"]) == "2026-05-31 12:00:00+00:00"
