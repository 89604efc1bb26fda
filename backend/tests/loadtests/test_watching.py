import os

import psutil

from loadtests.watching import Watched, watching


def test_a_generator_that_uses_its_whole_processor_is_named_as_the_limit() -> None:
    busy = Watched(generator=[0.2, 0.95, 0.97, 0.99], server=[0.5] * 4, machine=[1.9] * 4)
    assert "load generator 0.99, server 0.50" in busy.processors()
    assert "is the limit" in busy.processors()
    idle = Watched(generator=[0.99, 0.2, 0.2, 0.2], server=[0.5] * 4, machine=[1.0] * 4)
    assert "is the limit" not in idle.processors()
    assert "others 0.30" in idle.processors()


def test_growth_is_from_the_second_quarter_to_the_last() -> None:
    watched = Watched(memory_bytes=[1, 1, 10, 10, 12, 12, 20, 20], connections=[5] * 8)
    assert watched.memory_growth == 2.0
    assert watched.connection_growth == 1.0
    assert Watched().memory_growth == 1.0


def test_a_process_is_watched_until_the_end() -> None:
    with watching(server=os.getpid(), generator=os.getpid()) as watched:
        before = psutil.Process().cpu_times().user
        while not watched.memory_bytes or psutil.Process().cpu_times().user - before < 0.2:
            sum(range(10_000))
    assert watched.memory_bytes[0] > 0
    assert max(watched.server) > 0


def test_a_server_out_of_reach_has_no_memory() -> None:
    with watching(server=None, generator=os.getpid()) as watched:
        while not watched.machine:
            sum(range(10_000))
    assert watched.memory_bytes == []
    assert set(watched.server) == {0.0}
