"""Epochs in bounded memory: never older than the last change of a tag, the same from any start."""

from hypothesis import given
from hypothesis import strategies as st

from catalogue.changes.epochs import WINDOW, Epochs, floor_at

tags = st.sampled_from([f"id={number}" for number in range(40)] + ["category=cameras", "brand=acme"])
changes = st.lists(st.one_of(st.none(), st.lists(tags, max_size=4)), max_size=30)


@given(changes, st.lists(tags, min_size=1, max_size=3))
def test_epoch_is_the_newest_change_of_its_tags(made: list[list[str] | None], asked: list[str]) -> None:
    epochs = Epochs()
    newest = 0
    for position, touched in enumerate(made, start=1):
        epochs.touch(touched, position)
        if touched is None or set(touched) & set(asked):
            newest = position
    assert epochs.newest(asked, floor=0) == newest
    assert epochs.newest([""], floor=0) == len(made)


@given(st.integers(0, 10 * WINDOW))
def test_floor_lies_one_to_two_windows_back_and_never_falls(position: int) -> None:
    assert floor_at(position) <= floor_at(position + 1)
    assert floor_at(position) == 0 or WINDOW <= position - floor_at(position) < 2 * WINDOW


def test_tag_that_was_never_touched_has_the_floor() -> None:
    assert Epochs().newest(["id=1"], floor=65_536) == 65_536
