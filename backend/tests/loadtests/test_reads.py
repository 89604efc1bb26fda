from loadtests.reads import Reads

ANSWERED = {
    ("list", "HIT-LOCAL"): 6,
    ("list", "MISS"): 2,
    ("list", "STALE"): 1,
    ("write", ""): 90,
    ("record", "BYPASS"): 1,
}


def noted() -> Reads:
    reads = Reads()
    for (name, tier), count in ANSWERED.items():
        for number in range(count):
            reads.note(name, f"/{name}", {"X-Cache": tier, "X-Process-Time": f"{number / 1_000}"})
    return reads


def test_share_is_of_what_a_cache_could_answer() -> None:
    assert noted().hit_share() == 0.7
    reads = Reads()
    reads.note("write", "/write", None)
    assert reads.hit_share() is None


def test_share_of_what_was_asked_before_knows_what_came_before_the_counting() -> None:
    reads = noted()
    assert reads.again_share() == 0.8
    reads.forget()
    reads.note("list", "/list", {"X-Cache": "MISS"})
    reads.note("list", "/another", {"X-Cache": "MISS"})
    assert reads.again_share() == 0.5
    assert reads.hit_share() == 0


def test_table_has_a_row_for_each_kind_of_read_with_the_time_that_the_server_names() -> None:
    reads = noted()
    assert reads.server_ms("write") == (85.0, 89.0)
    assert reads.server_ms("nothing") == ()
    assert "| list | 9 | 77.8% | 2 | 5.0 | 5.0 | HIT-LOCAL 6, MISS 2, STALE 1 |" in reads.table()
    assert "| record | 1 | 0.0% | 0 | 0.0 | 0.0 | BYPASS 1 |" in reads.table()
    assert "write" not in reads.table()
