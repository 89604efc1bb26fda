"""Looking at an answer before it is timed: an error page is fast."""

from time import monotonic, sleep
from typing import Any

import orjson

from catalogue.listing.request import DEFAULT_LIMIT
from loadtests.benchmarks.contestants import ContestantError, Running

_INDEX_WAIT_S = 600
_SETTLE_S = 1.0


def require_size(contestant: Running, address: str, body_bytes: int) -> None:
    """Raise ContestantError unless the answer is 200 with a body of `body_bytes`."""
    status, body = contestant.answer(address)
    if status != 200 or len(body) != body_bytes:
        raise ContestantError(f"{contestant.name} answers {status} with {len(body)} bytes to {address}")


def require_page(contestant: Running, address: str) -> dict[str, Any]:
    """The answer as JSON. Raises ContestantError unless it is 200 with a full page of items."""
    status, body = contestant.answer(address)
    if status != 200:
        raise ContestantError(f"{contestant.name} answers {status} to {address}")
    page: dict[str, Any] = orjson.loads(body)
    if len(page["items"]) != DEFAULT_LIMIT:
        raise ContestantError(f"{contestant.name} answers {len(page['items'])} items to {address}")
    return page


def require_same_page(contestants: tuple[Running, ...], address: str) -> None:
    """Raise ContestantError unless all answer with the same full page of items."""
    pages = [require_page(contestant, address)["items"] for contestant in contestants]
    if any(page != pages[0] for page in pages):
        raise ContestantError(f"the contestants answer different rows to {address}")


def wait_until_exact(contestant: Running, address: str) -> None:
    """Until a row number is exact and answered by the list index, which is made in the background.

    Raises ContestantError when that takes too long.
    """
    deadline = monotonic() + _INDEX_WAIT_S
    while "offset_is" in require_page(contestant, address):
        if monotonic() > deadline:
            raise ContestantError(f"the list index of {address} was not built in {_INDEX_WAIT_S} s")
        sleep(0.05)
    sleep(_SETTLE_S)
