"""How long a client waits, as it says itself."""

import pytest

from catalogue.edge.deadlines import wanted_timeout_s


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"250", 0.25),
        (b"0", 0.0),
        (b"9999999", 9_999.999),
        (b"99999999", float("inf")),
        (b"-1", float("inf")),
        (b"1.5", float("inf")),
        (b"", float("inf")),
    ],
)
def test_only_whole_milliseconds_are_understood(value: bytes, seconds: float) -> None:
    assert wanted_timeout_s([(b"accept", b"*/*"), (b"x-request-timeout-ms", value)]) == seconds


def test_who_says_nothing_waits_as_long_as_we_do() -> None:
    assert wanted_timeout_s([(b"accept", b"*/*")]) == float("inf")
