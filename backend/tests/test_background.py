"""Work beside a context: cancelled and waited for at its end, and no failure of it stays untold."""

import asyncio
from contextlib import suppress

import pytest

from catalogue import background
from catalogue.background import beside

pytestmark = pytest.mark.anyio


async def test_work_goes_on_until_the_context_ends_and_may_clean_up() -> None:
    steps: list[str] = []
    began = asyncio.Event()

    async def work() -> None:
        steps.append("began")
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    async with beside(work):
        await began.wait()
        steps.append("context ended")
    assert steps == ["began", "context ended", "cleaned up"]


async def test_failure_is_raised_at_the_end_and_does_not_end_the_context() -> None:
    async def work() -> None:
        raise ValueError("a fault of ours")

    context = beside(work)
    await context.__aenter__()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="a fault of ours"):
        await context.__aexit__(None, None, None)


async def test_failure_of_the_context_cancels_the_work() -> None:
    cancelled = False

    async def work() -> None:
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    with suppress(RuntimeError):
        async with beside(work):
            await asyncio.sleep(0)
            raise RuntimeError
    assert cancelled


async def test_work_that_a_library_kept_from_hearing_of_its_end_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "CANCELLED_AGAIN_AFTER_S", 0.01)
    swallowed = False

    async def work() -> None:
        nonlocal swallowed
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed = True
        await asyncio.Event().wait()

    async with asyncio.timeout(5) as limit, beside(work):
        await asyncio.sleep(0)
    assert swallowed
    assert not limit.expired()
