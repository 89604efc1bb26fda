"""What a vocabulary knows, and that asking it does not hold up other requests."""

import asyncio

import pytest

from catalogue.listing.vocabulary import WORDS_AT_A_TIME, Vocabulary

pytestmark = pytest.mark.anyio

WORDS = {
    "camera": 40,
    "cameras": 9,
    "camping": 30,
    "battery": 5,
    "batteries": 2,
    "knife": 3,
    "lens": 8,
    "a": 99,
}


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(WORDS, rows=100, codes=["AB-1", "AB-2", "AC-1", "X"])


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("camera", ("cameras",)),
        ("cameras", ("camera",)),
        ("battery", ("batteries",)),
        ("batteries", ("battery",)),
        ("knives", ("knife",)),
        ("lens", ()),
    ],
)
def test_forms_are_those_that_rows_have(vocabulary: Vocabulary, word: str, forms: tuple[str, ...]) -> None:
    assert vocabulary.forms(word) == forms


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("camrea", "camera"),
        ("kamera", "camera"),
        ("cameera", "camera"),
        ("campng", "camping"),
        ("batery", "battery"),
        ("lans", "lens"),
        ("la", None),
        ("refrigerator", None),
    ],
)
async def test_nearest_word_is_the_one_that_was_meant(
    vocabulary: Vocabulary, typed: str, meant: str | None
) -> None:
    assert await vocabulary.nearest(typed) == meant


async def test_beginning_of_a_word_may_be_misspelt_too(vocabulary: Vocabulary) -> None:
    found = await vocabulary.nearest("kamer", prefix=True)
    assert found == "camer"
    assert vocabulary.completions(found) == ["camera", "cameras"]


def test_counts_tell_how_many_rows_at_the_most(vocabulary: Vocabulary) -> None:
    assert vocabulary.count("cameras") == 49
    assert vocabulary.count_prefix("cam") == 79
    assert vocabulary.count_prefix("") == 100
    assert vocabulary.count_codes("AB") == 50
    assert vocabulary.count_codes("Y") == 0


def test_last_word_is_known_when_a_word_begins_with_it(vocabulary: Vocabulary) -> None:
    assert vocabulary.knows("camp", prefix=True)
    assert not vocabulary.knows("camp", prefix=False)


async def test_other_requests_get_their_turn_while_a_word_is_looked_for() -> None:
    parts = 6
    letters = "abcdefghij"
    words = {
        "".join(letters[int(digit)] for digit in f"{number:08d}"): 1
        for number in range(parts * WORDS_AT_A_TIME)
    }
    looking = asyncio.create_task(Vocabulary(words, rows=10).nearest("zzzzzzzz"))
    turns = 0
    while not looking.done():
        await asyncio.sleep(0)
        turns += 1
    assert await looking is None
    assert turns > parts
