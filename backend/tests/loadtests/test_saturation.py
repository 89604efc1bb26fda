import pytest

from loadtests.saturation import Level, Throughput, Totals


def run(*steps: tuple[int, float], generator: float = 0.5, others: float = 1.0) -> Throughput:
    """Ten seconds for each number of users at a rate of requests served a second, on two processors."""
    throughput, second, served = Throughput(processors=2), 0.0, 0.0
    for users, rate in steps:
        for _ in range(10):
            second, served = second + 1, served + rate
            totals = Totals(round(served), round(second), second * generator, second * others)
            throughput.look(second, users=users, totals=totals)
    return throughput


def test_each_number_of_users_has_its_rate() -> None:
    assert run((5, 100), (10, 200)).levels() == {5: Level(100, 1, 0.5, 1), 10: Level(200, 1, 0.5, 1)}


def test_what_is_left_is_taken_at_three_times_the_users_of_the_peak() -> None:
    assert run((5, 100), (10, 200), (20, 50), (30, 190), (40, 180)).held_share() == pytest.approx(0.9)


def test_the_fewest_users_that_serve_nearly_the_peak_saturate_the_server() -> None:
    assert run((5, 100), (10, 195), (20, 196), (30, 150), (40, 200)).held_share() == pytest.approx(0.75)


def test_without_so_many_users_nothing_is_said() -> None:
    assert run((5, 100), (10, 200), (20, 50)).held_share() is None
    assert Throughput().held_share() is None


def test_nothing_is_said_of_a_server_that_waits_for_the_load_generator() -> None:
    steps = ((5, 100), (10, 200), (30, 200))
    assert run(*steps, generator=0.97, others=0.6).held_share() is None
    assert run(*steps, generator=0.97, others=0.98).held_share() == 1.0


def test_the_table_shows_who_used_the_processors() -> None:
    assert "| 5 | 100 | 50% | 1 | 0.50 | 1.00 |" in run((5, 100), (10, 200)).table()


def test_the_load_generator_knows_what_it_used_itself_and_what_others_did() -> None:
    first = Totals.of_generator(served=1, refused=0)
    sum(range(2_000_000))
    second = Totals.of_generator(served=1, refused=0)
    assert second.generator_s > first.generator_s > 0
    assert second.others_s > 0
