import hashlib
from collections import Counter
from decimal import Decimal

import pytest

from catalogue.seeding.products import PRODUCT_COLUMNS, product_block
from catalogue.seeding.vocabulary import BRANDS, categories, slug_of

Row = dict[str, str]
SAMPLE_BLOCKS = 20


@pytest.fixture(scope="module")
def sample() -> list[Row]:
    lines = (line for block in range(SAMPLE_BLOCKS) for line in product_block(7, block, last=99_999))
    return [dict(zip(PRODUCT_COLUMNS, line.split("\t"), strict=True)) for line in lines]


def test_first_products_are_the_same_on_every_machine() -> None:
    text = "\n".join(product_block(7, 0, last=100))
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "cac12b2d222b0c12a20fbe9c9ccd4c59d5ca2de6e2e2cfe9e10953620add44d1"
    )


def test_a_product_does_not_depend_on_how_many_are_asked_for() -> None:
    assert product_block(7, 1, last=1_010) == product_block(7, 1, last=99_999)[:10]


def test_another_seed_makes_other_products() -> None:
    assert product_block(7, 0, last=1) != product_block(8, 0, last=1)


def test_fifteen_categories_form_a_tree_of_four_roots() -> None:
    roots = {words.slug for words in categories() if words.parent is None}
    assert len(categories()) == 15
    assert len(roots) == 4
    assert {words.parent for words in categories() if words.parent} == roots


def test_every_category_and_brand_has_products(sample: list[Row]) -> None:
    assert {row["category"] for row in sample} == {words.slug for words in categories()}
    assert {row["brand"] for row in sample} == {slug_of(brand) for brand in BRANDS}


def test_brands_are_of_different_sizes(sample: list[Row]) -> None:
    sizes = Counter(row["brand"] for row in sample).most_common()
    assert sizes[0][1] > 5 * sizes[-1][1]


def test_descriptions_have_twelve_to_twenty_five_words(sample: list[Row]) -> None:
    lengths = {len(row["description"].split()) for row in sample}
    assert min(lengths) >= 12
    assert max(lengths) <= 25


def test_prices_end_as_shop_prices_do(sample: list[Row]) -> None:
    assert {row["price"][-3:] for row in sample} == {".99", ".95", ".50", ".00"}


def test_prices_have_a_long_tail(sample: list[Row]) -> None:
    prices = sorted(Decimal(row["price"]) for row in sample)
    assert prices[-1] > 20 * prices[len(prices) // 2]


def test_about_one_in_twelve_is_out_of_stock(sample: list[Row]) -> None:
    assert 0.06 < sum(row["stock"] == "0" for row in sample) / len(sample) < 0.10


def test_unrated_products_have_no_reviews_and_rated_ones_have(sample: list[Row]) -> None:
    assert all((row["rating"] == "0") == (row["review_count"] == "0") for row in sample)
    assert 0.08 < sum(row["rating"] == "0" for row in sample) / len(sample) < 0.12


def test_ratings_are_one_to_five(sample: list[Row]) -> None:
    rated = [Decimal(row["rating"]) for row in sample if row["rating"] != "0"]
    assert min(rated) >= 1
    assert max(rated) <= 5


def test_products_are_updated_after_they_are_created(sample: list[Row]) -> None:
    assert all(row["created_at"] < row["updated_at"] < "2026-11-01" for row in sample)
