"""Where the walk to the prices in the middle begins, so that a median costs a bounded read at any size.

The list by price knows: its list index, or the edge of a price range that the cells count up to. Where neither is near, PostgreSQL's
statistics give a price close to it, until the list index is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalogue.listing.cells_view import CellView
from catalogue.listing.distributions import keys_at
from catalogue.listing.landmarks import landmarks, table_share
from catalogue.listing.list_request import ListRequest
from catalogue.listing.offsets import OffsetReader, is_long_walk
from catalogue.listing.request import parse_request
from catalogue.products.listing import PRODUCTS

_BY_PRICE = parse_request(PRODUCTS, b"sort=price").sort
_FIRST = (0, 0)


@dataclass(frozen=True, slots=True)
class MiddlePrices:
    """`take` prices after the first `skip` from the row with these keys on; `exact` when they are those in the middle."""

    keys: tuple[object, ...]
    skip: int
    take: int
    exact: bool = True

    def values(self) -> dict[str, object]:
        """As `prices_statement` wants them bound."""
        price, identity = self.keys
        return {
            "middle_price": price,
            "middle_id": identity,
            "middle_skip": self.skip,
            "middle_take": self.take,
        }


async def middle_prices(
    offsets: OffsetReader, asked: ListRequest, view: CellView, restrictions: Mapping[str, Sequence[object]]
) -> MiddlePrices:
    """The one or two prices in the middle of the list at the moment of `view`. Raises Unavailable."""
    total = view.counter.total(restrictions)
    first, take = (total - 1) // 2, 2 - total % 2
    listed = replace(asked, sort=_BY_PRICE, offset=first)
    index, fresh = offsets.indexes.current(listed, view.epoch)
    if index is not None and fresh and (anchor := index.anchor(listed, first)) is not None:
        return MiddlePrices(anchor.keys, anchor.skip, take)
    marks = landmarks(listed, view, restrictions)
    last = max((mark for mark in marks[:-1] if mark.rank <= first), key=lambda mark: mark.rank)
    skip = first - last.rank
    if is_long_walk(skip, marks[-1].table_rank):
        known = await offsets.distributions.of(PRODUCTS)
        if (keys := keys_at(_BY_PRICE, known, table_share(first, marks))) is not None:
            return MiddlePrices(keys, 0, take, exact=False)
    return MiddlePrices(_FIRST if last.onward is None else (last.onward, 0), skip, take)
