"""What people choose: a few things much more often than the many others.

Requests for pages, and searches, follow a law of the form `1 / rank ** s` (Zipf). Measured on the traces of web proxies
`s` is 0.64 to 0.83 (Breslau, Cao, Fan, Phillips and Shenker 1999, "Web caching and Zipf-like distributions").
"""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

EXPONENT = 0.8
OF_CLICKS = 1.0
"""Of places in a list: what stands second is opened half as often as what stands first, and so on (assumed)."""

Thing = TypeVar("Thing")


def popular(things: Sequence[Thing], exponent: float = EXPONENT) -> Thing:
    """One of `things`, which stand in the order of their popularity. Raises IndexError when there are none."""
    weights = accumulate((rank + 1) ** -exponent for rank in range(len(things)))
    return random.choices(things, cum_weights=list(weights))[0]


def typing(word: str) -> Iterator[str]:
    """What stands in the search box after each letter."""
    yield from (word[:length] for length in range(1, len(word) + 1))
