import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.importing.slugs import LONGEST_SLUG, Labels, NewLabel, slugify


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Hair Care", "hair-care"),
        ("Base cabinets, frame height 80 cm", "base-cabinets-frame-height-80-cm"),
        ("Café Crème & Söhne", "cafe-creme-sohne"),
        ("  Sri Sri Ayurveda  ", "sri-sri-ayurveda"),
    ],
)
def test_label_becomes_slug(label: str, slug: str) -> None:
    assert slugify(label) == slug


@given(st.text(min_size=1))
def test_every_label_gets_a_slug_that_the_database_takes(label: str) -> None:
    slug = slugify(label.encode(errors="replace").decode())
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST_SLUG


def test_labels_without_latin_letters_get_different_slugs() -> None:
    assert slugify("自転車") != slugify("家具")


def test_existing_slug_is_found_by_its_label() -> None:
    assert Labels(frozenset({"hair-care"}), create=False).slug_for("Hair Care") == "hair-care"


def test_unknown_label_is_none_where_none_may_be_made() -> None:
    assert Labels(frozenset(), create=False).slug_for("Hair Care") is None


def test_new_label_is_made_under_its_new_parent() -> None:
    labels = Labels(frozenset(), create=True)
    labels.slug_for("Hair Care", "Beauty")
    assert labels.wanted({"hair-care"}) == [
        NewLabel("beauty", "Beauty", None),
        NewLabel("hair-care", "Hair Care", "beauty"),
    ]


def test_label_that_is_its_own_parent_becomes_a_root() -> None:
    labels = Labels(frozenset(), create=True)
    labels.slug_for("Snacks", "Snacks")
    assert labels.wanted({"snacks"}) == [NewLabel("snacks", "Snacks", None)]


def test_parents_never_form_a_circle() -> None:
    labels = Labels(frozenset(), create=True)
    labels.slug_for("A", "B")
    labels.slug_for("B", "A")
    assert [(label.slug, label.parent) for label in labels.wanted({"a", "b"})] == [("b", None), ("a", "b")]


def test_labels_nobody_uses_are_not_wanted() -> None:
    labels = Labels(frozenset(), create=True)
    labels.slug_for("Hair Care", "Beauty")
    assert labels.wanted(set()) == []
