"""Clocks that jump: durations are measured on the monotonic clock, and what needs the time of day bears a jump."""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import catalogue
from catalogue.app import create_app
from catalogue.settings import Settings
from tests.conftest import running

DAY_S = 86_400.0
ROOT = Path(catalogue.__file__).parent
NEEDS_THE_TIME_OF_DAY = {
    "caching/entry.py": "when an entry was made, for workers of other hosts",
    "caching/observing.py": "ages shown in /metrics",
    "caching/packing.py": "ages of entries from Redis",
    "callers/identifying.py": "exp of tokens",
    "callers/token_checks.py": "exp and nbf of tokens",
    "callers/tokens.py": "iat and exp of tokens",
    "changes/feed.py": "a timestamp in /metrics",
    "limits/allowances.py": "the limits library tells when a window ends",
    "logs.py": "when a line was written",
    "orders/references.py": "the year in a reference",
    "storage/files.py": "ages of files",
    "storage/sweeping.py": "ages of files",
    "tracing.py": "spans have times of day",
}


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the time of day that the application sees forward or back, from now on."""
    real = time.time

    def set_forward(seconds: float) -> None:
        def jumped() -> float:
            return real() + seconds

        monkeypatch.setattr(time, "time", jumped)
        for module in ours():
            if callable(vars(module).get("time")):
                monkeypatch.setattr(module, "time", jumped)

    return set_forward


def ours() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith("catalogue.")]


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [DAY_S, -DAY_S], ids=["forward", "back"])
async def test_day_that_is_skipped_or_comes_again_hurts_nobody(
    database: str, settings_for: Callable[..., Settings], jump: Callable[[float], None], seconds: float
) -> None:
    async with running(create_app(settings_for(database))) as client:
        before = await client.get("/terminals")
        jump(seconds)
        assert (await client.get("/terminals")).content == before.content
        for turn in range(5):
            written = await client.post(
                "/drivers",
                json={"name": f"Driver {turn}", "phone": "1"},
                headers={"Idempotency-Key": f"jump {turn}"},
            )
            assert written.status_code == 201
            page = await client.get("/drivers")
            assert len(page.json()["items"]) == turn + 1, "an answer from before the write is not shown"
        health = (await client.get("http://catalogue/health")).json()
        assert health["status"] == "up"
        jump(0.0)
        assert (await client.get("/drivers?limit=3")).status_code == 200


def test_time_of_day_is_asked_only_where_it_is_needed() -> None:
    asking = {
        str(path.relative_to(ROOT))
        for path in sorted(ROOT.rglob("*.py"))
        if asks_the_time_of_day(path.read_text())
        and path.relative_to(ROOT).parts[0] not in {"running", "embedded", "seeding"}
    }
    assert asking <= NEEDS_THE_TIME_OF_DAY.keys(), "measure durations with monotonic()"


def asks_the_time_of_day(source: str) -> bool:
    imports = re.findall(r"^\s*from time import (.+)$", source, re.MULTILINE)
    imported = {name.strip() for names in imports for name in names.split(",")}
    return bool({"time", "time_ns"} & imported) or bool(
        re.search(r"\b(?:datetime\.(?:now|utcnow)|time\.time(?:_ns)?)\(", source)
    )
