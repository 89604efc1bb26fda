"""`q` never raises, whatever it holds, and finds what people mean."""

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.listing.search_terms import parse_terms, text_query

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("running shoe", "('running' & 'shoe':*)"),
        ('"trail shoe" red', "('trail shoe' & 'red':*)"),
        ("shoe -red", "('shoe' & !'red')"),
        ("shoe OR boot", "('shoe') | ('boot':*)"),
        ("Crème", "('Creme':*)"),
        ("o'neill", "('o neill':*)"),
        ("OR", None),
        ("", None),
        ("!!! & | ()", None),
        ('"', None),
    ],
)
def test_what_is_typed_becomes_a_query(typed: str, query: str | None) -> None:
    assert text_query(parse_terms(typed)) == query


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(alphabet="&|!()<->:*'\"\\ aé-OR\x00", max_size=60))
async def test_q_never_raises(client: httpx.AsyncClient, typed: str) -> None:
    answer = await client.get(
        "/products", params={"q": typed.encode("utf-8", "ignore").decode(), "limit": 2, "fields": "id"}
    )
    assert answer.status_code == 200, answer.text


async def test_every_word_must_match_and_the_last_one_as_a_prefix(
    client: httpx.AsyncClient, shop: str
) -> None:
    connection = await asyncpg.connect(shop)
    name = await connection.fetchval("SELECT name FROM products ORDER BY id LIMIT 1")
    await connection.close()
    words = name.split()
    typed = " ".join([*words[:-1], words[-1][:-1]]) if len(words[-1]) > 1 else name
    page = (await client.get("/products", params={"q": typed})).json()
    assert name in [item["name"] for item in page["items"]]


async def test_sku_in_full_or_as_a_prefix_finds_its_product_first(
    client: httpx.AsyncClient, shop: str
) -> None:
    connection = await asyncpg.connect(shop)
    sku = await connection.fetchval("SELECT sku FROM products ORDER BY id OFFSET 700 LIMIT 1")
    await connection.close()
    for typed in (sku, sku.lower(), sku[:-1]):
        page = (await client.get("/products", params={"q": typed, "limit": 20})).json()
        assert sku in [item["sku"] for item in page["items"]]


async def test_suggestions_complete_the_last_word(client: httpx.AsyncClient, shop: str) -> None:
    connection = await asyncpg.connect(shop)
    word = await connection.fetchval(
        "SELECT word FROM products, unnest(string_to_array(lower(name), ' ')) AS word"
        " WHERE word ~ '^[a-z]{6,}$' GROUP BY word ORDER BY count(*) DESC, word LIMIT 1"
    )
    await connection.close()
    answer = (await client.get("/products/suggest", params={"q": word[:4]})).json()
    assert word in answer["completions"]
    assert 1 <= len(answer["products"]) <= 10


async def test_suggestions_of_nothing_are_empty(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/products/suggest", params={"q": " "})).json()
    assert (answer["completions"], answer["products"]) == ([], [])
