"""The way to the rows of a page: from a row whose number is known, past some, on or back."""

from dataclasses import dataclass
from typing import Literal

Placement = Literal["start", "after", "offset", "anchor", "landmark"]
"""Where a page begins: at the first row, after a row, so many rows from an end, from a row, or from a value of the first key."""


@dataclass(frozen=True, slots=True)
class Route:
    """Past `skip` rows to `rows` rows: those of the page and one more, as far as the list has them.

    It begins at an end of the list (`offset`), at the row with `keys` (`anchor`) or at the rows whose first key is the
    only one of `keys` (`landmark`), and goes against the order of the list where it is `backward`.
    """

    placement: Placement
    keys: tuple[object, ...]
    skip: int
    rows: int
    backward: bool
