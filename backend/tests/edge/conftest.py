"""What tests of the edge share."""

import pytest

from catalogue.edge import adaptive_limit, waiting_line


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr(adaptive_limit, "monotonic", lambda: self.now)
        monkeypatch.setattr(waiting_line, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)
