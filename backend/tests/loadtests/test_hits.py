from loadtests.hits import hit_share, hits_table

ANSWERED = {
    ("list", "HIT-LOCAL"): 6,
    ("list", "MISS"): 2,
    ("list", "STALE"): 1,
    ("write", "none"): 90,
    ("record", "BYPASS"): 1,
}


def test_share_is_of_what_a_cache_could_answer() -> None:
    assert hit_share(ANSWERED) == 0.7
    assert hit_share({("write", "none"): 3}) is None


def test_table_has_a_row_for_each_kind_of_read() -> None:
    table = hits_table(ANSWERED)
    assert "| list | 9 | 77.8% | HIT-LOCAL 6, MISS 2, STALE 1 |" in table
    assert "| record | 1 | 0.0% | BYPASS 1 |" in table
    assert "write" not in table
