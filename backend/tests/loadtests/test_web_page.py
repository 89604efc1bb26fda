"""The shoppers of the load tests ask what the web page asks: what stands in its sources is what they spell."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from loadtests.people.memory import Memory, Parser
from loadtests.people.popularity import typing
from loadtests.people.web_page import (
    FRESH_S,
    PAGE_ROWS,
    facets_address,
    offsets,
    page_address,
    page_offset,
    related_address,
)

SOURCES = Path(__file__).parents[3] / "frontend" / "src"


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def listed(source: str, before: str) -> list[str]:
    """The strings of the first list that follows some text in a source of the page."""
    text = (SOURCES / source).read_text().partition(before)[2]
    return re.findall(r'"([^"]+)"', text[: text.index("]")])


def test_a_page_of_a_list_is_asked_for_as_the_page_asks() -> None:
    address = page_address({"sort": "-rating", "category": "garden-tools"}, 300)
    assert address.startswith("/api/v1/products?category=garden-tools&fields=sku,name,")
    asked = parameters(address)
    assert asked["fields"].split(",") == listed("data/products.ts", "ROW_FIELDS = ")
    assert (asked["offset"], asked["limit"]) == ("300", str(PAGE_ROWS))
    assert f"PAGE_ROWS = {PAGE_ROWS}" in (SOURCES / "data/list-source.ts").read_text()


def test_facets_are_asked_for_as_the_page_asks() -> None:
    address = facets_address({"q": "a b", "sort": "price"})
    assert "q=a%20b" in address
    asked = parameters(address)
    assert asked["facets"].split(",") == listed("data/products.ts", "facets: ")
    assert "sort" not in asked


def test_what_stands_below_a_product_is_asked_for_as_the_page_asks() -> None:
    asked = parameters(related_address("cameras"))
    assert asked["fields"].split(",") == listed("data/history.ts", "fields: ")
    assert asked["sort"].split(",") == listed("data/history.ts", "sort: ")
    assert f"limit: {asked['limit']}," in (SOURCES / "data/history.ts").read_text()


def test_what_is_fresh_to_the_page_is_fresh_to_shoppers() -> None:
    assert f"staleTime: {FRESH_S / 1e-3:_.0f}," in (SOURCES / "data/query-clients.ts").read_text()


def test_pages_cover_the_rows() -> None:
    assert page_offset(199) == 100
    assert list(offsets(0, 100)) == [0]
    assert list(offsets(90, 110)) == [0, 100]
    assert list(offsets(250, 250)) == [200]


def test_a_word_is_typed_from_its_first_letter() -> None:
    assert list(typing("abc")) == ["a", "ab", "abc"]


def test_an_answer_with_a_known_tag_is_read_once() -> None:
    parser = Parser()
    first = parser.parse("/a", '"1"', b'{"items":[]}')
    assert parser.parse("/a", '"1"', b"never looked at") is first
    assert parser.parse("/a", '"2"', b'{"items":[1]}') == {"items": [1]}
    with pytest.raises(ValueError, match="no JSON object"):
        parser.parse("/a", "", b"[]")


def test_memory_forgets_what_was_read_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadtests.people.memory.REMEMBERED", 2)
    memory = Memory()
    for address in ("/a", "/b", "/a", "/c"):
        memory.keep(address, '"1"', {})
    assert memory.get("/b") is None
    assert memory.get("/a") is not None
    memory.forget()
    assert memory.get("/a") is None
