import pytest

from loadtests.saturation import Throughput


def run(*steps: tuple[int, float]) -> Throughput:
    """Ten seconds for each number of users at a rate of requests served a second."""
    throughput, second, served = Throughput(), 0.0, 0.0
    for users, rate in steps:
        for _ in range(10):
            second, served = second + 1, served + rate
            throughput.look(second, users=users, served=round(served))
    return throughput


def test_each_number_of_users_has_its_rate() -> None:
    assert run((5, 100), (10, 200)).by_users() == {5: 100, 10: 200}


def test_what_is_left_is_taken_at_three_times_the_users_of_the_peak() -> None:
    assert run((5, 100), (10, 200), (20, 50), (30, 190), (40, 180)).held_share() == pytest.approx(0.9)


def test_the_fewest_users_that_serve_nearly_the_peak_saturate_the_server() -> None:
    assert run((5, 100), (10, 195), (20, 196), (30, 150), (40, 200)).held_share() == pytest.approx(0.75)


def test_without_so_many_users_nothing_is_said() -> None:
    assert run((5, 100), (10, 200), (20, 50)).held_share() is None
    assert Throughput().held_share() is None
