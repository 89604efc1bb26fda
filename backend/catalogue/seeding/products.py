"""The series of products: number 1, 2, 3… of a seed, as lines of COPY text."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from catalogue.seeding.randomness import (
    HISTORY_DAYS,
    block_generator,
    block_numbers,
    day_texts,
    long_tail,
    second_texts,
    weighted,
)
from catalogue.seeding.vocabulary import BRANDS, CategoryWords, categories, people, slug_of

PRODUCT_COLUMNS = (
    "sku",
    "name",
    "description",
    "category",
    "brand",
    "price",
    "currency",
    "stock",
    "rating",
    "review_count",
    "image_url",
    "created_at",
    "updated_at",
)
CURRENCY = "EUR"
LAST_PRODUCT = 99_999_999

Draw = Callable[[], float]

_ENDINGS = weighted([(99, 9), (95, 4), (50, 3), (0, 4)])
_SHARE_OUT_OF_STOCK = 0.08
_SHARE_WITHOUT_REVIEWS = 0.10
_SHARE_WITH_MODEL_WORD = 0.5
_IMAGES_PER_CATEGORY = 40


@dataclass(frozen=True)
class _Shelf:
    words: CategoryWords
    prices: tuple[str, ...]


@dataclass(frozen=True)
class _Shop:
    shelves: tuple[_Shelf, ...]
    brands: tuple[tuple[str, str], ...]
    models: tuple[str, ...]
    colours: tuple[str, ...]
    stocks: tuple[int, ...]
    review_counts: tuple[int, ...]
    days: tuple[str, ...]
    seconds: tuple[str, ...]


def product_sku(number: int) -> str:
    """The SKU of a product of the series; of one length, so that SKUs sort as numbers do."""
    return f"CTL-{number:08d}"


def product_block(seed: int, block: int, *, last: int) -> list[str]:
    """The products of one block up to number `last`: tab separated, in the order of PRODUCT_COLUMNS."""
    shop = _shop()
    draw = block_generator(seed, "products", block).random
    return [_line(number, draw, shop) for number in block_numbers(block, last=last)]


def _line(number: int, draw: Draw, shop: _Shop) -> str:
    shelf = shop.shelves[int(draw() * len(shop.shelves))]
    words = shelf.words
    brand, brand_slug = shop.brands[int(draw() * len(shop.brands))]
    material = words.materials[int(draw() * len(words.materials))]
    noun = words.nouns[int(draw() * len(words.nouns))]
    size = words.sizes[int(draw() * len(words.sizes))]
    model = shop.models[int(draw() * len(shop.models))]
    price = shelf.prices[int(draw() * len(shelf.prices))]
    return "\t".join(
        (
            f"CTL-{number:08d}\t{brand} {model}{material} {noun} {size}",
            _description(words, f"{material} {noun}", draw=draw, shop=shop),
            f"{words.slug}\t{brand_slug}\t{price}\t{CURRENCY}",
            _stock_and_rating(draw, shop),
            f"/images/{words.slug}/{1 + int(draw() * _IMAGES_PER_CATEGORY)}.webp",
            _instants(draw, shop),
        )
    )


def _description(words: CategoryWords, subject: str, *, draw: Draw, shop: _Shop) -> str:
    colour = shop.colours[int(draw() * len(shop.colours))]
    use = words.uses[int(draw() * len(words.uses))]
    sentences = words.sentences[int(draw() * 2)]
    return f"{colour} {subject.lower()} for {use}. {sentences[int(draw() * len(sentences))]}"


def _stock_and_rating(draw: Draw, shop: _Shop) -> str:
    stock = 0 if draw() < _SHARE_OUT_OF_STOCK else shop.stocks[int(draw() * len(shop.stocks))]
    if draw() < _SHARE_WITHOUT_REVIEWS:
        return f"{stock}\t0\t0"
    bad_luck = draw()
    hundredths = 500 - int(400 * bad_luck * bad_luck * bad_luck)
    review_count = shop.review_counts[int(draw() * len(shop.review_counts))]
    return f"{stock}\t{hundredths // 100}.{hundredths % 100:02d}\t{review_count}"


def _instants(draw: Draw, shop: _Shop) -> str:
    """When it was created and when last updated: any day up to the anchor, most updates soon after."""
    created = int(draw() * (HISTORY_DAYS - 1))
    after = draw()
    updated = created + 1 + int(after * after * (HISTORY_DAYS - 1 - created))
    first, second = (shop.seconds[int(draw() * 86_400)] for _ in range(2))
    return f"{shop.days[created]} {first}\t{shop.days[updated]} {second}"


@cache
def _shop() -> _Shop:
    brands = [(brand, slug_of(brand)) for brand in BRANDS]
    models = [f"{name} " for name in people().last_names if name.isascii() and name.isalpha()]
    return _Shop(
        shelves=weighted([(_Shelf(words, _prices(words)), words.share) for words in categories()]),
        brands=weighted([(brand, 60 // (rank + 2)) for rank, brand in enumerate(brands)]),
        models=(*models, *[""] * int(len(models) * (1 / _SHARE_WITH_MODEL_WORD - 1))),
        colours=tuple(colour.capitalize() for colour in people().colours),
        stocks=tuple(max(1, int(value)) for value in long_tail(median=35, spread=1.2)),
        review_counts=tuple(max(1, int(value)) for value in long_tail(median=24, spread=1.5)),
        days=tuple(day_texts()),
        seconds=tuple(second_texts()),
    )


def _prices(words: CategoryWords) -> tuple[str, ...]:
    values = long_tail(median=words.median_price, spread=words.spread)
    return tuple(
        f"{max(1, int(value))}.{_ENDINGS[step * 7 % len(_ENDINGS)]:02d}" for step, value in enumerate(values)
    )
