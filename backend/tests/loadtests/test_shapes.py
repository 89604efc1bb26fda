import pytest

from loadtests.shapes import SHAPES, Shape

EVEN = Shape(users=100, seconds=10, course=((0, 0), (0.5, 1), (1, 1)))


def test_users_arrive_evenly_and_stay() -> None:
    assert [EVEN.users_at(second) for second in (0, 2.5, 5, 9.9)] == [1, 50, 100, 100]


def test_a_run_ends_after_its_seconds() -> None:
    assert EVEN.users_at(10) is None


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_reaches_its_users_and_has_somebody_at_any_moment(name: str) -> None:
    shape = SHAPES[name]  # type: ignore[index]
    counts = [shape.users_at(shape.seconds * part / 1_000) for part in range(1_000)]
    assert max(filter(None, counts)) == shape.users
    assert None not in counts


def test_the_steps_go_up_and_down_again_and_hold_each_number_of_users() -> None:
    steps = SHAPES["steps"]
    assert [steps.users_at(second) for second in (0, 39)] == [32, 32]
    starts = range(40, 220, 20)
    numbers = [3, 10, 32, 96, 288, 96, 32, 10, 3]
    assert [steps.users_at(start + 1) for start in starts] == numbers
    assert [steps.users_at(start + 19) for start in starts] == numbers
