"""The words of the seeded shop: categories and brands of our own, people and places from Faker."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker


BRANDS = (
    "Zenith",
    "Acme",
    "Northwind",
    "Kestrel",
    "Fjordal",
    "Lumenova",
    "Ironwood",
    "Halcyon",
    "Borealis",
    "Juniper & Co",
    "Meridian",
    "Cobalt Works",
    "Quarrystone",
    "Solstice",
    "Everline",
    "Pinecrest",
    "Aurelia",
    "Tidewater",
    "Marlowe",
    "Vantage",
)
_COUNTRIES = {"en_GB": "GB", "de_DE": "DE", "fr_FR": "FR", "es_ES": "ES"}
_FAKER_SEED = 20261101
_LONGEST_SENTENCE_WORDS = 14


@dataclass(frozen=True)
class CategoryWords:
    """One category with what its products' names, descriptions and prices are made of."""

    slug: str
    label: str
    parent: str | None
    share: int
    median_price: float
    spread: float
    kilos: float
    materials: tuple[str, ...]
    nouns: tuple[str, ...]
    sizes: tuple[str, ...]
    uses: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    """Two equally likely groups of sentences a description ends with."""


@dataclass(frozen=True)
class People:
    """Names and places, each without repeats and in a fixed order."""

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    """City and ISO 3166 country, fifteen of each country."""
    colours: tuple[str, ...]
    phones: tuple[str, ...]
    license_plates: tuple[str, ...]


def slug_of(label: str) -> str:
    """The slug of one of the labels above: `Juniper & Co` → `juniper-co`."""
    return "-".join(word.lower() for word in label.split() if word.isalnum())


@cache
def categories() -> tuple[CategoryWords, ...]:
    """The fifteen categories, each parent before its children."""
    tables = tomllib.loads(Path(__file__).with_name("categories.toml").read_text(encoding="utf-8"))
    return tuple(_category(slug, table) for slug, table in tables.items())


def people() -> People:
    """Vocabulary of four countries, drawn once with a fixed seed."""
    if not _known:
        _known.append(_people())
    return _known[0]


def use_people(known: People) -> None:
    """Take the vocabulary that another process drew; Faker is slow to import."""
    _known[:] = [known]


_known: list[People] = []


def _people() -> People:
    faker, english = _faker(list(_COUNTRIES)), _faker("en_GB")
    return People(
        first_names=_distinct(faker.first_name, wanted=300),
        last_names=_distinct(faker.last_name, wanted=400),
        companies=_distinct(faker.company, wanted=600),
        cities=tuple(
            (city, country)
            for locale, country in _COUNTRIES.items()
            for city in _distinct(_faker(locale).city, wanted=15)
        ),
        colours=_distinct(english.safe_color_name, wanted=12),
        phones=_distinct(english.cellphone_number, wanted=400),
        license_plates=_distinct(english.license_plate, wanted=600),
    )


def _faker(locale: str | list[str]) -> "Faker":
    from faker import Faker  # noqa: PLC0415 - half a second that only one process need spend

    faker = Faker(locale)
    faker.seed_instance(_FAKER_SEED)
    return faker


def _category(slug: str, table: dict[str, object]) -> CategoryWords:
    words = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    traits = words.pop("traits")
    return CategoryWords(**{"slug": slug, "parent": None, "sentences": _sentences(traits), **words})  # type: ignore[arg-type]


def _sentences(traits: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(traits, tuple):
        raise TypeError("a category's traits are a list")
    pairs = [f"It {first} and {second}." for first, second in permutations(traits, 2)]
    cities = [city for city, _ in people().cities if len(city.split()) == 1]
    return (
        tuple(sentence for sentence in pairs if len(sentence.split()) <= _LONGEST_SENTENCE_WORDS),
        tuple(f"Designed in {city}, it {trait}." for city in cities for trait in traits),
    )


def _distinct(draw: Callable[[], str], *, wanted: int) -> tuple[str, ...]:
    """The first `wanted` different words of a source that repeats itself, fit for a line of COPY text."""
    found: dict[str, None] = {}
    while len(found) < wanted:
        word = draw()
        if not set(word) & set("\t\n\r\\"):
            found.setdefault(word)
    return tuple(found)
