"""How new cached answers are, as far as the change feed tells."""

import asyncio
from contextlib import suppress
from time import monotonic

from catalogue.caching.address import Address
from catalogue.caching.dependencies import epoch_of
from catalogue.caching.entry import Entry
from catalogue.changes.feed import ChangeFeed

CONNECTED_LAG_S = 0.9
LOST_LAG_S = 0.5
"""So long after its last look the feed is believed: a connection that is known to be lost, less long."""

BUSY_S = 0.25
"""So long a read waits for a feed that is late, though its connection stands."""

_ALL = ("",)


class Freshness:
    """Epochs of addresses. `source` names the database that they count in."""

    def __init__(self, feed: ChangeFeed) -> None:
        self.feed = feed

    @property
    def source(self) -> str:
        return self.feed.source

    def is_known(self) -> bool:
        """Whether the feed has looked lately enough to say that nothing has changed."""
        feed = self.feed
        return feed.caught_up_within(CONNECTED_LAG_S if feed.connected else LOST_LAG_S)

    async def becomes_known(self) -> bool:
        """The same in a moment: on a busy machine the feed may be late, and its look costs less than making answers."""
        if self.is_known():
            return True
        return self.feed.connected and await self.feed.looks(timeout_s=BUSY_S) and self.is_known()

    async def known(self, *, within_s: float) -> None:
        """Wait until the feed has looked, at the start; without it the first answers would not be kept."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not (self.feed.connected and self.is_known()):  # noqa: ASYNC110 - once, at the start
                    await asyncio.sleep(0.005)

    def epoch(self, address: Address) -> int:
        """The newest change that may have touched what the address depends on."""
        position = self.feed.position
        if address.position != position:
            address.epoch = epoch_of(address.question.dependencies, self.feed)
            address.position = position
        return address.epoch

    def widest_epoch(self, address: Address) -> int:
        """The same, with any row that it may show."""
        shown = address.question.shown
        return epoch_of(shown, self.feed) if shown else self.epoch(address)

    def shows_newest(self, address: Address, entry: Entry) -> bool:
        """Whether no change is known that is newer than an entry, neither of its list nor of the rows it shows."""
        if entry.epoch != self.epoch(address):
            return False
        question, feed = address.question, self.feed
        if question.request is None or not question.shown:
            return True
        dataset = question.request.collection.name
        if feed.epoch(dataset, _ALL) > entry.as_of:
            shown, since = entry.shown, entry.as_of
            if shown.ids and feed.epoch(dataset, shown.tags) > since:
                return False
            if feed.crossed(dataset, question.borders, shown.span, since=since):
                return False
            counted = shown.counted if question.counts_same_rows else None
            if not shown.estimated and feed.crossed(
                dataset, question.facet_borders, None, since=since, among=counted
            ):
                return False
            entry.as_of = feed.position
        return True

    def confirms(self, address: Address, entry: Entry) -> bool:
        """Whether no change is known that is newer than an entry of this address."""
        position = self.feed.position
        if entry.position == position:
            return True
        if not self.shows_newest(address, entry):
            entry.outdated_at = entry.outdated_at or monotonic()
            return False
        entry.position = position
        return True
